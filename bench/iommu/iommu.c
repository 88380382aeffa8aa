/* What the benchmarks of family iommu share: see iommu.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "bench/core/sysfile.h"
#include "bench/iommu/iommu.h"

const struct bench_param iommu_param_iommu = {
	.name = "iommu",
	.fallback = "intel",
	.allowed = (const char *const[]){"intel", "amd", "virtio", NULL},
	.machines = (const char *const[]){"iommu-intel", "iommu-amd", "iommu-virtio"},
	.help = "whose IOMMU the device is behind",
};

const struct bench_param iommu_param_api = {
	.name = "api",
	.fallback = "type1",
	.allowed = (const char *const[]){"type1", "iommufd", NULL},
	.help = "by what a program maps: VFIO's container of type 1, or iommufd",
};

const struct bench_param iommu_param_domain = {
	.name = "domain",
	.fallback = "1",
	.allowed = (const char *const[]){"1", "0", NULL},
	.help = "whether a device is attached, so that there is an IOMMU domain to map in",
};

/* How an IOMMU's name in /sys/class/iommu begins. */
static const struct {
	const char *iommu;
	const char *prefix;
} prefixes[] = {
	{"intel", "dmar"},
	{"amd", "ivhd"},
	/* It is called by its virtio device. */
	{"virtio", ""},
};

static const char *name_of(const char *device, char *target, size_t bytes)
{
	char path[512];
	const char *slash;
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu", device);
	length = readlink(path, target, bytes - 1);
	target[length > 0 ? length : 0] = '\0';
	slash = strrchr(target, '/');
	return slash ? slash + 1 : NULL;
}

int iommu_check(struct bench_ctx *ctx, const struct pci_device *device)
{
	const char *wanted = bench_param(ctx, "iommu");
	char target[PATH_MAX];
	const char *name = name_of(device->name, target, sizeof(target));

	if (!name)
		return bench_skip(ctx, "%s is behind no IOMMU: is there one, and is it on?",
				  device->name);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(name, prefixes[i].prefix, strlen(prefixes[i].prefix)))
			continue;
		if (!strcmp(prefixes[i].iommu, wanted))
			return 0;
		return bench_skip(ctx, "%s is behind %s: iommu=%s", device->name, name,
				  prefixes[i].iommu);
	}
	return 0;
}

int iommu_give(struct bench_ctx *ctx, const struct iommufd *iommufd, uint32_t what, bool attached,
	       struct vfio *ret_vfio)
{
	int err = vfio_open_unbound(ctx, what, ret_vfio);

	if (!err)
		err = iommufd_bind(ctx, iommufd, ret_vfio);
	return err || !attached ? err : iommufd_attach(ctx, iommufd, ret_vfio);
}

static int open_iommufd(struct bench_ctx *ctx, bool attached, struct iommu_user *u)
{
	int err = iommufd_open(ctx, &u->iommufd);

	return err || !attached ? err : iommu_give(ctx, &u->iommufd, PCI_EDU, true, &u->vfio);
}

int iommu_user_open(struct bench_ctx *ctx, bool attached, struct iommu_user *ret_user)
{
	*ret_user = (struct iommu_user){0};
	if (!strcmp(bench_param(ctx, "api"), "iommufd"))
		return open_iommufd(ctx, attached, ret_user);
	if (!attached)
		return bench_skip(ctx, "type 1 maps nothing without a device's group");
	return vfio_open(ctx, PCI_EDU, &ret_user->vfio);
}

void iommu_user_close(struct iommu_user *user)
{
	vfio_close(&user->vfio);
	iommufd_close(&user->iommufd);
}

int iommu_call_map(void *range)
{
	const struct iommu_range *r = range;

	return r->user->iommufd.is_open ? iommufd_map(&r->user->iommufd, r->addr, r->bytes, r->iova)
					: vfio_map(&r->user->vfio, r->addr, r->bytes, r->iova);
}

int iommu_call_unmap(void *range)
{
	const struct iommu_range *r = range;

	return r->user->iommufd.is_open ? iommufd_unmap(&r->user->iommufd, r->bytes, r->iova)
					: vfio_unmap(&r->user->vfio, r->bytes, r->iova);
}

int iommu_account_read(struct bench_ctx *ctx, struct iommu_account *ret_account)
{
	if (status_read("VmLck", &ret_account->vm_lck_bytes) ||
	    status_read("VmPin", &ret_account->vm_pin_bytes))
		return bench_fail(ctx, ENOENT, "/proc/self/status does not say what is charged");
	return pins_read(ctx, &ret_account->pins);
}

static int64_t pins_between(const struct iommu_account *from, const struct iommu_account *to)
{
	return (int64_t)(to->pins.acquired - to->pins.released) -
	       (int64_t)(from->pins.acquired - from->pins.released);
}

void iommu_account_tell(struct bench_ctx *ctx, const struct iommu_account *before,
			const struct iommu_account *mapped)
{
	bench_fact_number(ctx, "vm_lck_bytes",
			  (double)mapped->vm_lck_bytes - (double)before->vm_lck_bytes);
	bench_fact_number(ctx, "vm_pin_bytes",
			  (double)mapped->vm_pin_bytes - (double)before->vm_pin_bytes);
	bench_fact_number(ctx, "pinned_pages", (double)pins_between(before, mapped));
}

int iommu_account_check(struct bench_ctx *ctx, const struct iommu_account *before)
{
	struct iommu_account now;
	int err = iommu_account_read(ctx, &now);

	if (err)
		return err;
	if (now.vm_lck_bytes != before->vm_lck_bytes || now.vm_pin_bytes != before->vm_pin_bytes ||
	    pins_between(before, &now))
		return bench_fail(ctx, EPROTO,
				  "with all unmapped VmLck is %llu bytes (before: %llu), VmPin "
				  "%llu (%llu), and %lld pins are left",
				  (unsigned long long)now.vm_lck_bytes,
				  (unsigned long long)before->vm_lck_bytes,
				  (unsigned long long)now.vm_pin_bytes,
				  (unsigned long long)before->vm_pin_bytes,
				  (long long)pins_between(before, &now));
	return 0;
}
