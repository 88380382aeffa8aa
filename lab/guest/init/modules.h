/* Where the code of loaded modules lies, for whoever profiles the guest. */
#ifndef PINBENCH_LAB_GUEST_INIT_MODULES_H
#define PINBENCH_LAB_GUEST_INIT_MODULES_H

/* Writes one PB_EVENT_MODULE for each loaded module. 0 or -errno of the writing. */
int modules_write(int port);

#endif
