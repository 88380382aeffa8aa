/* Where the parts of this checkout are. Strings live as long as the program. */
#ifndef PINBENCH_LAB_PATHS_H
#define PINBENCH_LAB_PATHS_H

/* Of the sources: fixed when the program is built, since run.sh builds it in place. */
#define PB_PATH_CONFIGS	    PINBENCH_SOURCE_DIR "/configs"
#define PB_PATH_KERNEL_SIDE PINBENCH_SOURCE_DIR "/kernel-side"
#define PB_PATH_INCLUDE	    PINBENCH_SOURCE_DIR "/include"

/* Of the build. */
#define PB_PATH_AGENT	       PINBENCH_BUILD_DIR "/bench/pinbench-agent"
#define PB_PATH_INIT	       PINBENCH_BUILD_DIR "/lab/guest/pinbench-init"
#define PB_PATH_REACH_PLUGIN   PINBENCH_BUILD_DIR "/lab/guest/pinbench-reach.so"
#define PB_PATH_PROFILE_PLUGIN PINBENCH_BUILD_DIR "/lab/guest/pinbench-profile.so"

#endif
