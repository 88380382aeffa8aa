/* A virtual machine with one memory slot: see vm.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/pfnmap/vm.h"

/* From Linux 6.12's <linux/kvm.h>; Debian 12's is that of 6.1. */
#ifndef KVM_PRE_FAULT_MEMORY
#define KVM_CAP_PRE_FAULT_MEMORY 236

struct kvm_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};

#define KVM_PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)
#endif

#define MAX_STATS      256
#define MAX_NAME_BYTES 128

int vm_open(struct bench_ctx *ctx, struct vm *ret_vm)
{
	*ret_vm = (struct vm){.kvm = -1, .fd = -1, .vcpu = -1};
	ret_vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (ret_vm->kvm < 0)
		return bench_skip(ctx, "no KVM here: /dev/kvm: %s", strerror(errno));
	if (ioctl(ret_vm->kvm, KVM_CHECK_EXTENSION, KVM_CAP_PRE_FAULT_MEMORY) > 0)
		return 0;
	return bench_skip(ctx,
			  "KVM has no KVM_PRE_FAULT_MEMORY here: it has from Linux 6.12 on, and "
			  "only with two-dimensional paging (EPT, NPT)");
}

void vm_close(struct vm *vm)
{
	vm_drop(vm);
	if (vm->kvm >= 0)
		close(vm->kvm);
	vm->kvm = -1;
}

int vm_make(struct bench_ctx *ctx, struct vm *vm, void *addr, uint64_t bytes)
{
	struct kvm_userspace_memory_region slot = {
		.memory_size = bytes,
		.userspace_addr = (uintptr_t)addr,
	};

	vm->bytes = bytes;
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return bench_fail(ctx, errno, "KVM_CREATE_VM: %s", strerror(errno));
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &slot))
		return bench_fail(ctx, errno, "KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
	vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0)
		return bench_fail(ctx, errno, "KVM_CREATE_VCPU: %s", strerror(errno));
	return 0;
}

void vm_drop(struct vm *vm)
{
	if (vm->vcpu >= 0)
		close(vm->vcpu);
	if (vm->fd >= 0)
		close(vm->fd);
	vm->vcpu = -1;
	vm->fd = -1;
}

int vm_map(struct vm *vm, uint64_t *ret_bytes)
{
	struct kvm_pre_fault_memory range = {.size = vm->bytes};
	int err = 0;

	/* It may return with some left to do in @range; the next call says why, if it cannot. */
	while (!err && range.size)
		err = ioctl(vm->vcpu, KVM_PRE_FAULT_MEMORY, &range) ? errno : 0;
	*ret_bytes = vm->bytes - range.size;
	return err;
}

/* One counter of a machine; its description says where the value is. */
static int read_stat(int fd, const struct kvm_stats_header *header, const char *name,
		     uint64_t *ret_value)
{
	size_t each = sizeof(struct kvm_stats_desc) + header->name_size;
	char buffer[sizeof(struct kvm_stats_desc) + MAX_NAME_BYTES + 1]
		__attribute__((aligned(sizeof(uint64_t)))) = "";
	const struct kvm_stats_desc *desc = (const void *)buffer;

	for (uint32_t i = 0; i < header->num_desc; i++) {
		if (pread(fd, buffer, each, (off_t)(header->desc_offset + i * each)) !=
		    (ssize_t)each)
			return -EIO;
		if (strcmp(buffer + sizeof(*desc), name))
			continue;
		return pread(fd, ret_value, sizeof(*ret_value),
			     (off_t)(header->data_offset + desc->offset)) == sizeof(*ret_value)
			       ? 0
			       : -EIO;
	}
	return -ENOENT;
}

static int read_entries(int fd, struct vm_entries *ret_entries)
{
	struct kvm_stats_header header;
	int err = 0;

	if (read(fd, &header, sizeof(header)) != sizeof(header))
		return -EIO;
	if (header.name_size > MAX_NAME_BYTES || header.num_desc > MAX_STATS)
		return -EOVERFLOW;
	err = read_stat(fd, &header, "pages_4k", &ret_entries->of_4k);
	if (!err)
		err = read_stat(fd, &header, "pages_2m", &ret_entries->of_2m);
	if (!err)
		err = read_stat(fd, &header, "pages_1g", &ret_entries->of_1g);
	return err;
}

int vm_entries(struct bench_ctx *ctx, const struct vm *vm, struct vm_entries *ret_entries)
{
	int fd = ioctl(vm->fd, KVM_GET_STATS_FD, NULL);
	int err;

	if (fd < 0)
		return bench_fail(ctx, errno, "KVM_GET_STATS_FD: %s", strerror(errno));
	err = read_entries(fd, ret_entries);
	close(fd);
	return err ? bench_fail(ctx, err, "KVM does not say what it has mapped: %s", strerror(-err))
		   : 0;
}

uint64_t vm_entries_bytes(const struct vm_entries *entries)
{
	return (entries->of_4k << 12) + (entries->of_2m << 21) + (entries->of_1g << 30);
}
