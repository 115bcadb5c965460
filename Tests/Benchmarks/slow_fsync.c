/* Preloaded into the daemon: every fsync and fdatasync takes SLOW_FSYNC_MICROSECONDS longer, as on a disk that really
   has to write, and the calls are counted in the file SLOW_FSYNC_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Atomic long *calls;
static struct timespec delay;

__attribute__((constructor)) static void prepare(void) {
    const char *microseconds = getenv("SLOW_FSYNC_MICROSECONDS");
    const char *path = getenv("SLOW_FSYNC_COUNT");
    long wanted = microseconds ? atol(microseconds) : 0;
    delay.tv_sec = wanted / 1000000;
    delay.tv_nsec = wanted % 1000000 * 1000;
    int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file < 0) return;
    if (ftruncate(file, sizeof *calls) == 0) {
        void *page = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (page != MAP_FAILED) calls = page;
    }
    close(file);
}

static void wait_for_disk(void) {
    struct timespec left = delay;
    if (calls) atomic_fetch_add(calls, 1);
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

int fsync(int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_disk();
    return real(file);
}

int fdatasync(int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_disk();
    return real(file);
}
