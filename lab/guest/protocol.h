/*
 * What the lab and the init process of its guests agree on: names, ports and exit
 * statuses. docs/architecture.md tells the whole conversation.
 */
#ifndef PINBENCH_GUEST_PROTOCOL_H
#define PINBENCH_GUEST_PROTOCOL_H

/* The plan, as a file of QEMU's fw_cfg device. */
#define GUEST_FWCFG_PLAN "opt/org.pinbench/plan"

/* The virtio-serial port that carries the agent's events out. */
#define GUEST_PORT_NAME "org.pinbench.events"

/*
 * Writing GUEST_PAUSE_VALUE to GUEST_PAUSE_PORT, the port of QEMU's pvpanic device,
 * stops the machine at exactly that instruction, for the snapshot. The guest kernel
 * has no pvpanic driver, so nothing else writes there.
 */
#define GUEST_PAUSE_PORT  0x505
#define GUEST_PAUSE_VALUE 0x01

/* isa-debug-exit: QEMU leaves with status (value << 1) | 1. */
#define GUEST_EXIT_PORT	     0xf4
#define GUEST_EXIT_DONE	     0x10 /* the plan was run */
#define GUEST_EXIT_INIT	     0x11 /* init could not prepare the machine; see the console */
#define GUEST_EXIT_STATUS(v) (((v) << 1) | 1)

/* Names in the initramfs. */
#define GUEST_FILE_MODULE "/pinbench.ko"
#define GUEST_FILE_AGENT  "/pinbench-agent"
#define GUEST_FILE_DISK	  "/disk.extents"
#define GUEST_DISK_DEVICE "/dev/ram0"
#define GUEST_SCRATCH_DIR "/data"

/*
 * disk.extents: the non-zero parts of a filesystem image, to be written to a RAM
 * disk. Each is one of these headers, little-endian, and its bytes.
 */
struct guest_extent {
	unsigned long long offset_bytes;
	unsigned long long length_bytes;
};

#endif
