import Glibc

/// Who answers on a Unix socket.
public enum SocketProbe: Sendable, Equatable {
    /// A process accepts connections.
    case answers
    /// Nothing stands at this path.
    case absent
    /// A socket file that a process left behind when it ended.
    case stale
    /// Something that is no socket.
    case notASocket
    /// This user may not connect.
    case denied
    /// Anything else, in the system's words.
    case failed(String)
}

/// The control socket's file: `labrador.sock` in the store's folder, for its owner alone.
public struct ControlSocketFile: Sendable, Equatable {
    /// The path that clients connect to.
    public let path: String

    /// A socket at a path; nothing is opened.
    public init(path: String) { self.path = path }

    /// Bytes a path may have: `sun_path` of unix(7) less its closing NUL.
    public static let maximumPathBytes = 107
    /// Bytes the path of the folder may have that holds `labrador.sock`.
    public static let maximumFolderBytes = maximumPathBytes - "/labrador.sock".utf8.count

    /// Tries to connect, without waiting.
    public func probe() -> SocketProbe {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            return errno == ENOENT ? .absent : errno == EACCES ? .denied : .failed(systemWords(errno))
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        guard path.utf8.count <= Self.maximumPathBytes else { return .failed("the path is too long for a socket") }
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return .failed(systemWords(errno)) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        // EAGAIN: it listens, and more clients wait than its backlog holds.
        if connected == 0 || errno == EAGAIN { return .answers }
        switch errno {
        case ECONNREFUSED: return .stale
        case ENOENT: return .absent
        case EACCES: return .denied
        default: return .failed(systemWords(errno))
        }
    }

    /// Where the socket is bound before it is published: a folder of its own that only the owner may enter.
    ///
    /// So at no moment can a socket with wider permissions be reached.
    var stagePath: String { "\(stageFolder)/s" }

    private var stageFolder: String {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return "\(folder)/.l\(getpid())"
    }

    /// Makes room: refuses when another process answers, or a file that is no socket stands there.
    func stage() throws(ConsoleStartError) {
        guard max(path.utf8.count, stagePath.utf8.count) <= Self.maximumPathBytes else {
            throw ConsoleStartError(
                "The control socket's path has more than \(Self.maximumPathBytes) bytes, which Linux does not allow: "
                    + "\(path). Choose a shorter store.path.")
        }
        switch probe() {
        case .absent, .stale: break
        case .answers:
            throw ConsoleStartError(
                "Another Labrador already answers on \(path). Stop it, or give this one its own store.")
        case .notASocket:
            throw ConsoleStartError("\(path) is in the way: it is no socket, so it was left alone. Move it elsewhere.")
        case .denied: throw ConsoleStartError("This user may not use \(path). Run as the owner of the store's folder.")
        case .failed(let why): throw ConsoleStartError("The control socket \(path) cannot be looked at: \(why).")
        }
        // A crash may have left the folder of an earlier process that had the same number.
        unlink(stagePath)
        rmdir(stageFolder)
        guard mkdir(stageFolder, 0o700) == 0 else {
            throw ConsoleStartError("The folder \(stageFolder) cannot be made: \(systemWords(errno)).")
        }
    }

    /// Gives the bound socket its permission (0600) and its name; an old socket file is replaced in the same step.
    func publish() throws(ConsoleStartError) {
        guard chmod(stagePath, 0o600) == 0, rename(stagePath, path) == 0 else {
            throw ConsoleStartError("The control socket cannot be put at \(path): \(systemWords(errno)).")
        }
        rmdir(stageFolder)
    }

    /// Removes what `stage` and `publish` made.
    func remove(published: Bool) {
        if published { unlink(path) }
        unlink(stagePath)
        rmdir(stageFolder)
    }
}

private func systemWords(_ code: Int32) -> String { String(cString: strerror(code)) }
