#ifndef RADIOLOGY_PROCESS_H
#define RADIOLOGY_PROCESS_H

/* The process DCMTK lives in: what starting it needs of Linux and Swift cannot call by itself (GNU extensions and
 * functions of variable arguments). */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ends this process (SIGKILL) when the thread that started it ends, and at once if `parent` is not its parent any
 * more. 0 when that is set up. */
int radiology_end_with_parent(int32_t parent);

/* Bounds what this process may allocate, thread stacks included, and makes it the first to go when the machine runs
 * out of memory. 0, or the error number of the bound. */
int radiology_bound_memory(uint64_t bytes);

/* A descriptor, closed on exec, of a nameless file with these bytes. 0, or the error number. */
int radiology_memory_file(const uint8_t *_Nonnull bytes, size_t count, int32_t *_Nonnull descriptor);

/* A pipe whose ends are closed on exec from the beginning. 0, or the error number. */
int radiology_pipe(int32_t *_Nonnull read_end, int32_t *_Nonnull write_end);

/* Starts this same executable. `descriptors` become 3, 4, ... of the new process; standard input is empty, standard
 * output goes to standard error, everything else is closed. 0, or the error number. */
int radiology_spawn(
    const char *_Nonnull const *_Nonnull arguments, size_t argument_count,
    const char *_Nonnull const *_Nonnull environment, size_t environment_count, const int32_t *_Nonnull descriptors,
    size_t descriptor_count, int32_t *_Nonnull process);

#ifdef __cplusplus
}
#endif
#endif
