/* QEMU's firmware configuration device: see fwcfg.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include "lab/guest/init/fwcfg.h"

#define PORT_SELECTOR  0x510
#define PORT_DATA      0x511
#define KEY_SIGNATURE  0x0000
#define KEY_DIRECTORY  0x0019
#define MAX_FILE_BYTES (16u << 20)

struct directory_entry {
	uint32_t bytes;	 /* big-endian */
	uint16_t select; /* big-endian */
	uint16_t reserved;
	char name[56];
};

static void read_bytes(void *to, size_t bytes)
{
	unsigned char *byte = to, *end = byte + bytes;

	/* Not insb(): glibc's does not tell the compiler that it writes memory. */
	while (byte < end)
		*byte++ = inb(PORT_DATA);
}

static int find_entry(const char *name, struct directory_entry *ret_entry)
{
	char signature[4];
	uint32_t count;

	outw(KEY_SIGNATURE, PORT_SELECTOR);
	read_bytes(signature, sizeof(signature));
	if (memcmp(signature, "QEMU", sizeof(signature)))
		return -ENODEV;
	outw(KEY_DIRECTORY, PORT_SELECTOR);
	read_bytes(&count, sizeof(count));
	for (count = ntohl(count); count; count--) {
		read_bytes(ret_entry, sizeof(*ret_entry));
		if (!strncmp(ret_entry->name, name, sizeof(ret_entry->name)))
			return 0;
	}
	return -ENOENT;
}

char *fwcfg_read(const char *name, size_t *ret_bytes)
{
	struct directory_entry entry;
	int err = find_entry(name, &entry);
	size_t bytes;
	char *text;

	if (err) {
		errno = -err;
		return NULL;
	}
	bytes = ntohl(entry.bytes);
	text = bytes <= MAX_FILE_BYTES ? malloc(bytes + 1) : NULL;
	if (!text) {
		errno = ENOMEM;
		return NULL;
	}
	outw(ntohs(entry.select), PORT_SELECTOR);
	read_bytes(text, bytes);
	text[bytes] = '\0';
	*ret_bytes = bytes;
	return text;
}
