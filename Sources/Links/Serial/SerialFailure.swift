import Glibc

/// Why a serial port could not be opened, in words for people.
struct SerialFailure: Error, Equatable {
    /// A sentence without its full stop.
    let words: String

    /// The sentence for an error number of the system.
    init(port: String, errno code: CInt) {
        words =
            switch code {
            case ENOENT, ENODEV, ENXIO: "\(port) is not there: is the cable plugged in?"
            case EACCES, EPERM: "\(port) may not be opened by this user: add the user to group dialout"
            case EBUSY, EWOULDBLOCK: "\(port) is in use by another program; `labrador ports` shows by which"
            case ENOTTY: "\(port) is no serial port"
            case EIO: "\(port) is there, and no hardware answers behind it"
            default: "\(port) cannot be opened: \(String(cString: strerror(code)))"
            }
    }

    /// The sentence for a setting the port does not have.
    init(port: String, refuses setting: String) {
        words = "\(port) cannot be set to \(setting); choose other line settings, or another adapter"
    }
}
