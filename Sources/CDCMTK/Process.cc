#include "RadiologyProcess.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <new>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

int radiology_end_with_parent(int32_t parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    // The parent may have ended before the call took effect.
    return ::getppid() == parent ? 0 : -1;
}

int radiology_bound_memory(uint64_t bytes) {
    // Half-way to the certain victim (1000); allowed to everybody, as it only ever raises.
    int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        (void)!::write(score, "500", 3);
        ::close(score);
    }
    // Of address space, programs reserve far more than they use: data is what counts.
    struct rlimit limit = {bytes, bytes};
    return ::setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : errno;
}

int radiology_memory_file(const uint8_t *bytes, size_t count, int32_t *descriptor) {
    int file = ::memfd_create("labrador", MFD_CLOEXEC);
    if (file < 0) return errno;
    size_t written = 0;
    while (written < count) {
        ssize_t n = ::write(file, bytes + written, count - written);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            int error = errno;
            ::close(file);
            return error;
        }
        written += static_cast<size_t>(n);
    }
    *descriptor = file;
    return 0;
}

int radiology_pipe(int32_t *readEnd, int32_t *writeEnd) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
    *readEnd = ends[0];
    *writeEnd = ends[1];
    return 0;
}

namespace {

const int firstHanded = 3;

std::vector<char *> list(const char *const *strings, size_t count) {
    std::vector<char *> pointers;
    // execve's lists are of non-const pointers for historical reasons.
    for (size_t i = 0; i < count; i++) pointers.push_back(const_cast<char *>(strings[i]));
    pointers.push_back(nullptr);
    return pointers;
}

/// Copies of the descriptors, out of the way of the numbers they are to get.
class HighCopies {
public:
    int error = 0;
    std::vector<int> copies;
    HighCopies(const int32_t *descriptors, size_t count) {
        copies.reserve(count);
        for (size_t i = 0; i < count && error == 0; i++) {
            int copy = ::fcntl(descriptors[i], F_DUPFD_CLOEXEC, firstHanded + static_cast<int>(count));
            if (copy < 0) error = errno;
            else copies.push_back(copy);
        }
    }
    ~HighCopies() {
        for (int copy : copies) ::close(copy);
    }
};

}  // namespace

int radiology_spawn(
    const char *const *arguments, size_t argumentCount, const char *const *environment, size_t environmentCount,
    const int32_t *descriptors, size_t descriptorCount, int32_t *process) {
    try {
        HighCopies handed(descriptors, descriptorCount);
        if (handed.error != 0) return handed.error;
        std::vector<char *> words = list(arguments, argumentCount);
        std::vector<char *> variables = list(environment, environmentCount);

        posix_spawn_file_actions_t actions;
        int error = ::posix_spawn_file_actions_init(&actions);
        if (error != 0) return error;
        error = ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions, 2, 1);
        int number = firstHanded;
        for (int copy : handed.copies)
            if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions, copy, number++);
        if (error == 0) error = ::posix_spawn_file_actions_addclosefrom_np(&actions, number);

        pid_t made = 0;
        if (error == 0)
            error = ::posix_spawn(&made, "/proc/self/exe", &actions, nullptr, words.data(), variables.data());
        *process = made;
        ::posix_spawn_file_actions_destroy(&actions);
        return error;
    } catch (const std::bad_alloc &) {
        return ENOMEM;
    }
}
