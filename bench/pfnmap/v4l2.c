/*
 * pfnmap/v4l2: what a camera's driver asks for a program's own memory
 * (V4L2_MEMORY_USERPTR), or whether it takes it, by how that is mapped.
 *
 * Timed: VIDIOC_PREPARE_BUF, which takes the pages and does nothing else with them;
 * and VIDIOC_REQBUFS of no buffers, which gives them back.
 * Excluded: VIDIOC_REQBUFS that makes the buffers; streaming, there is none; the
 * mapping; the clock. The driver is vivid, whose queues have the kernel map each
 * buffer (videobuf2-vmalloc).
 * Path: __prepare_userptr() -> vb2_vmalloc_get_userptr() -> get_vaddr_frames() ->
 * pin_user_pages_fast() with FOLL_LONGTERM; __vb2_queue_free() ->
 * vb2_vmalloc_put_userptr()
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/pfnmap/pfnmap.h"

#define DRIVER	    "vivid"
#define MAX_DEVICES 64
#define CAPTURE	    V4L2_BUF_TYPE_VIDEO_CAPTURE

enum operations {
	PREPARE,
	REFUSAL,
	RELEASE,
};

static const struct operation_metrics names[] = {
	OPERATION_NAMES("prepare", "page"),
	OPERATION_NAMES("refusal", "call"),
	OPERATION_NAMES("release", "page"),
};

static const struct bench_metric metrics[] = {
	OPERATION_METRICS("prepare", "page", "taking the pages of a buffer", false),
	OPERATION_METRICS("refusal", "call", "taking no such memory", false),
	OPERATION_METRICS("release", "page", "giving them back", false),
	{.name = NULL},
};

static const struct bench_param *const params[] = {
	&pfnmap_param_mapping,
	&exported_param_size,
	&exported_param_segment,
	&pfnmap_param_present,
	NULL,
};

struct camera {
	int fd;
	uint32_t image_bytes;
	struct v4l2_buffer buffer;
	struct pfnmap_answer answer;
};

static bool is_vivid(int fd)
{
	struct v4l2_capability capability = {0};

	return !ioctl(fd, VIDIOC_QUERYCAP, &capability) &&
	       !strcmp((const char *)capability.driver, DRIVER) &&
	       capability.device_caps & V4L2_CAP_VIDEO_CAPTURE;
}

static int open_camera(struct bench_ctx *ctx, int *ret_fd)
{
	char path[32];

	for (int i = 0; i < MAX_DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", i);
		*ret_fd = open(path, O_RDWR | O_CLOEXEC);
		if (*ret_fd < 0)
			continue;
		if (is_vivid(*ret_fd))
			return 0;
		close(*ret_fd);
		*ret_fd = -1;
	}
	return bench_skip(ctx, "no camera of the driver " DRIVER " (CONFIG_VIDEO_VIVID)");
}

/*
 * The smallest image that there is. A buffer may be larger than an image, and all of
 * it is taken, so that buffers of every size can be had.
 */
static int set_format(struct bench_ctx *ctx, struct camera *camera)
{
	struct v4l2_format format = {
		.type = CAPTURE,
		.fmt.pix = {.width = 1,
			    .height = 1,
			    .pixelformat = V4L2_PIX_FMT_GREY,
			    .field = V4L2_FIELD_ANY},
	};

	if (ioctl(camera->fd, VIDIOC_S_FMT, &format))
		return bench_fail(ctx, errno, "VIDIOC_S_FMT: %s", strerror(errno));
	camera->image_bytes = format.fmt.pix.sizeimage;
	return 0;
}

static int request(const struct camera *camera, uint32_t count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return ioctl(camera->fd, VIDIOC_REQBUFS, &req) ? -errno : 0;
}

static int ask(void *camera)
{
	struct camera *cam = camera;
	struct v4l2_buffer buffer = cam->buffer;
	bool refused = ioctl(cam->fd, VIDIOC_PREPARE_BUF, &buffer);

	cam->answer.error = refused ? errno : 0;
	cam->answer.pages = refused ? 0 : cam->buffer.length / EXPORTED_PAGE_BYTES;
	return 0;
}

static int release(void *camera)
{
	return request(camera, 0);
}

static int once(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct camera *camera = c->own;
	int err = request(camera, 1);

	if (err)
		return bench_fail(ctx, err, "VIDIOC_REQBUFS: %s", strerror(-err));
	err = pfnmap_ask(ctx, ask, camera, &camera->answer);
	if (err)
		return err;
	if (pfnmap_is_granted(ctx))
		err = operation_call(ctx, &c->rounds.operations[RELEASE], release, camera,
				     c->buffer.pages);
	else
		err = release(camera);
	return err ? bench_fail(ctx, err, "VIDIOC_REQBUFS of none: %s", strerror(-err)) : 0;
}

static int get_ready(struct bench_ctx *ctx, struct pfnmap_case *c)
{
	struct camera *camera = calloc(1, sizeof(*camera));
	int err;

	c->own = camera;
	if (!camera)
		return bench_fail(ctx, ENOMEM, "no memory");
	err = open_camera(ctx, &camera->fd);
	if (!err)
		err = set_format(ctx, camera);
	if (err)
		return err;
	if (camera->image_bytes > c->buffer.bytes)
		return bench_skip(ctx, "the smallest image of the camera has %u bytes",
				  camera->image_bytes);
	camera->buffer = (struct v4l2_buffer){
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.m.userptr = (uintptr_t)c->addr,
		.length = (uint32_t)c->buffer.bytes,
	};
	for (int i = PREPARE; !err && i <= RELEASE; i++)
		err = rounds_add(ctx, &c->rounds, &names[i], PFNMAP_ASKED, NULL);
	return err;
}

static int setup(struct bench_ctx *ctx)
{
	struct pfnmap_case *c;
	int err = pfnmap_setup(ctx, &c);

	if (!err)
		err = get_ready(ctx, c);
	return err ? err : pfnmap_rehearse(ctx, once, PFNMAP_ASKED);
}

static void teardown(struct bench_ctx *ctx)
{
	struct pfnmap_case *c = bench_state(ctx);
	struct camera *camera = c ? c->own : NULL;

	/* With it go the buffers that are left. */
	if (camera && camera->fd >= 0)
		close(camera->fd);
	pfnmap_teardown(ctx);
}

const struct bench bench_pfnmap_v4l2 = {
	.name = "pfnmap/v4l2",
	.summary = "What a camera's driver asks for a program's own memory, or whether it takes "
		   "it, by how it is mapped",
	.path = "VIDIOC_PREPARE_BUF -> vb2_vmalloc_get_userptr() -> get_vaddr_frames(); "
		"VIDIOC_REQBUFS -> vb2_vmalloc_put_userptr()",
	.inside = "VIDIOC_PREPARE_BUF of a buffer as large as the mapping, granted or refused; "
		  "VIDIOC_REQBUFS of no buffers",
	.outside = "VIDIOC_REQBUFS that makes the buffers, the mapping, the clock",
	.metrics = metrics,
	.params = params,
	.needs = BENCH_NEEDS_MODULE,
	.setup = setup,
	.run = pfnmap_run,
	.teardown = teardown,
};
