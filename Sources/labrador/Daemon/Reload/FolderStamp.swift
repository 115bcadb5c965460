import Foundation
import Glibc
import Profiles

/// What the profile files of some folders look like from outside: which there are, and when each was last written.
///
/// Asking every file is cheap, and finds what editors do: writing in place, or writing another file and renaming it.
struct FolderStamp: Equatable {
    private struct File: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    private var files: [String: File] = [:]

    /// Looks at `<folder>/<maker>/<model>/profile.yaml`.
    init(of folders: [String]) {
        for entry in ProfileLibrary(directories: folders).files {
            var about = stat()
            guard stat(entry, &about) == 0 else { continue }
            files[entry] = File(
                device: UInt(about.st_dev), inode: UInt(about.st_ino), size: Int(about.st_size),
                seconds: about.st_mtim.tv_sec, nanoseconds: about.st_mtim.tv_nsec)
        }
    }
}
