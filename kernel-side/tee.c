// SPDX-License-Identifier: GPL-2.0
/*
 * Family tee: a TEE device in software, so that TEE_IOC_SHM_REGISTER and TEE_IOC_SHM_ALLOC run
 * the kernel's own path on a machine without a trusted world. Registering succeeds and
 * does nothing: what is measured is what drivers/tee does around it.
 */
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "compat.h"
#include "family.h"

#if IS_REACHABLE(CONFIG_TEE)
#if HAVE_TEE_CORE_HEADER
#include <linux/tee_core.h>
#else
#include <linux/tee_drv.h>
#endif

/* No other implementation's: see TEE_IMPL_ID_* in linux/tee.h. */
#define TEE_IMPL_ID 0x50494e42

/*
 * A device may go only when the last of its users has gone, and the user may be the very
 * task that is closing the file. So the file leaves that to the queue.
 */
struct tee_state {
	struct tee_device *device;
	struct tee_shm_pool pool;
	struct work_struct remove;
	u32 caps;
};

static struct workqueue_struct *removals;
static atomic_t last_caps = ATOMIC_INIT(0);

static void get_version(struct tee_device *device, struct tee_ioctl_version_data *version)
{
	struct tee_state *s = tee_get_drvdata(device);

	*version = (struct tee_ioctl_version_data){
		.impl_id = TEE_IMPL_ID,
		.impl_caps = s->caps,
		.gen_caps = TEE_GEN_CAP_GP | TEE_GEN_CAP_REG_MEM,
	};
}

static int open_context(struct tee_context *context)
{
	return 0;
}

static void release_context(struct tee_context *context)
{
}

static int register_shm(struct tee_context *context, struct tee_shm *shm, struct page **pages,
			size_t num_pages, unsigned long start)
{
	return 0;
}

static int unregister_shm(struct tee_context *context, struct tee_shm *shm)
{
	return 0;
}

static const struct tee_driver_ops driver_ops = {
	.get_version = get_version,
	.open = open_context,
	.release = release_context,
	.shm_register = register_shm,
	.shm_unregister = unregister_shm,
};

static const struct tee_desc description = {
	.name = "pinbench",
	.ops = &driver_ops,
	.owner = THIS_MODULE,
};

static int alloc_shm(struct tee_shm_pool *pool, struct tee_shm *shm, size_t size, size_t align)
{
	size_t bytes = PAGE_ALIGN(size);
	void *addr;

	if (bytes < size)
		return -ENOMEM;
	addr = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!addr)
		return -ENOMEM;
	shm->kaddr = addr;
	shm->paddr = virt_to_phys(addr);
	shm->size = bytes;
	/* Nothing was registered for it, so nothing is to be unregistered. */
	shm->flags &= ~TEE_SHM_DYNAMIC;
	return 0;
}

static void free_shm(struct tee_shm_pool *pool, struct tee_shm *shm)
{
	free_pages_exact(shm->kaddr, shm->size);
	shm->kaddr = NULL;
}

static void destroy_pool(struct tee_shm_pool *pool)
{
}

static const struct tee_shm_pool_ops pool_ops = {
	.alloc = alloc_shm,
	.free = free_shm,
	.destroy_pool = destroy_pool,
};

static void remove_device(struct work_struct *work)
{
	struct tee_state *s = container_of(work, struct tee_state, remove);

	tee_device_unregister(s->device);
	kfree(s);
}

static int tee_create(void *state, void *arg)
{
	struct pinbench_tee_create *req = arg;
	struct tee_state *s = state;
	struct tee_device *device;
	int err;

	if (s->device)
		goto describe;
	s->pool.ops = &pool_ops;
	s->caps = atomic_inc_return(&last_caps);
	device = tee_device_alloc(&description, NULL, &s->pool, s);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = tee_device_register(device);
	if (err) {
		tee_device_unregister(device);
		return err;
	}
	s->device = device;
describe:
	req->impl_id = TEE_IMPL_ID;
	req->impl_caps = s->caps;
	return 0;
}

static void *tee_open(void)
{
	struct tee_state *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (s)
		INIT_WORK(&s->remove, remove_device);
	return s;
}

static void tee_close(void *state)
{
	struct tee_state *s = state;

	if (s->device)
		queue_work(removals, &s->remove);
	else
		kfree(s);
}

/* Unbound: one removal that waits must not keep another one waiting. */
static int tee_init(void)
{
	removals = alloc_workqueue("pinbench-tee", WQ_UNBOUND, 0);
	return removals ? 0 : -ENOMEM;
}

static void tee_exit(void)
{
	destroy_workqueue(removals);
}

static const struct pinbench_command tee_commands[] = {
	{PINBENCH_IOC_TEE_CREATE, tee_create},
};

const struct pinbench_family pinbench_family_tee = {
	.name = "tee",
	.commands = tee_commands,
	.nr_commands = ARRAY_SIZE(tee_commands),
	.open = tee_open,
	.release = tee_close,
	.init = tee_init,
	.exit = tee_exit,
};
#else
static int tee_create(void *state, void *arg)
{
	return -EOPNOTSUPP;
}

static const struct pinbench_command tee_commands[] = {
	{PINBENCH_IOC_TEE_CREATE, tee_create},
};

const struct pinbench_family pinbench_family_tee = {
	.name = "tee",
	.commands = tee_commands,
	.nr_commands = ARRAY_SIZE(tee_commands),
};
#endif
