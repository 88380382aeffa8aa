// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/pinbench: one misc device for root. main.c copies arguments in and out and
 * dispatches by table; what an ioctl does belongs to its family.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "family.h"

static const struct pinbench_family *const families[] = {
	&pinbench_family_null,	   &pinbench_family_gup,    &pinbench_family_cma,
	&pinbench_family_tee,	   &pinbench_family_dmabuf, &pinbench_family_pfnmap,
	&pinbench_family_notifier, &pinbench_family_pci,    &pinbench_family_p2p,
};

#define MAX_ARG_BYTES 256

static void close_families(struct pinbench_file *pf, unsigned int nr)
{
	while (nr--) {
		if (families[nr]->release)
			families[nr]->release(pf->state[nr]);
	}
}

static int pinbench_open(struct inode *inode, struct file *file)
{
	struct pinbench_file *pf = kzalloc(sizeof(*pf), GFP_KERNEL);
	unsigned int i;

	if (!pf)
		return -ENOMEM;
	mutex_init(&pf->lock);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (!families[i]->open)
			continue;
		pf->state[i] = families[i]->open();
		if (!pf->state[i]) {
			close_families(pf, i);
			kfree(pf);
			return -ENOMEM;
		}
	}
	file->private_data = pf;
	return nonseekable_open(inode, file);
}

static int pinbench_release(struct inode *inode, struct file *file)
{
	struct pinbench_file *pf = file->private_data;

	close_families(pf, ARRAY_SIZE(families));
	mutex_destroy(&pf->lock);
	kfree(pf);
	return 0;
}

static long report_info(void __user *arg)
{
	struct pinbench_info info = {.abi = PINBENCH_ABI};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->describe)
			families[i]->describe(&info);
	}
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long run_command(struct pinbench_file *pf, const struct pinbench_command *cmd, void *state,
			void __user *user_arg)
{
	size_t bytes = _IOC_SIZE(cmd->ioctl);
	u64 arg[MAX_ARG_BYTES / sizeof(u64)];
	int err;

	if (bytes > sizeof(arg))
		return -EINVAL;
	if (copy_from_user(arg, user_arg, bytes))
		return -EFAULT;
	if (mutex_lock_killable(&pf->lock))
		return -EINTR;
	err = cmd->run(state, arg);
	mutex_unlock(&pf->lock);
	if (err)
		return err;
	return copy_to_user(user_arg, arg, bytes) ? -EFAULT : 0;
}

static long pinbench_ioctl(struct file *file, unsigned int ioctl, unsigned long arg)
{
	struct pinbench_file *pf = file->private_data;
	void __user *user_arg = (void __user *)arg;
	unsigned int i, j;

	if (ioctl == PINBENCH_IOC_NOTHING)
		return 0;
	if (ioctl == PINBENCH_IOC_INFO)
		return report_info(user_arg);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (j = 0; j < families[i]->nr_commands; j++) {
			if (families[i]->commands[j].ioctl == ioctl)
				return run_command(pf, &families[i]->commands[j], pf->state[i],
						   user_arg);
		}
	}
	return -ENOTTY;
}

static const struct file_operations pinbench_fops = {
	.owner = THIS_MODULE,
	.open = pinbench_open,
	.release = pinbench_release,
	.unlocked_ioctl = pinbench_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice pinbench_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pinbench",
	.fops = &pinbench_fops,
	.mode = 0600,
};

static void exit_families(unsigned int nr)
{
	while (nr--) {
		if (families[nr]->exit)
			families[nr]->exit();
	}
}

static int __init pinbench_init(void)
{
	unsigned int i;
	int err = 0;

	BUILD_BUG_ON(ARRAY_SIZE(families) > PINBENCH_MAX_FAMILIES);
	/* The largest, with two struct pinbench_samples. */
	BUILD_BUG_ON(sizeof(struct pinbench_p2p_map) > MAX_ARG_BYTES);
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->init)
			err = families[i]->init();
		if (err)
			goto exit;
	}
	err = misc_register(&pinbench_device);
	if (!err)
		return 0;
exit:
	exit_families(i);
	return err;
}

static void __exit pinbench_exit(void)
{
	misc_deregister(&pinbench_device);
	exit_families(ARRAY_SIZE(families));
}

module_init(pinbench_init);
module_exit(pinbench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Measures what it costs to pin, map, share and move memory");
