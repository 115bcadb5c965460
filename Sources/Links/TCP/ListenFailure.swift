import Core
import NIOCore

/// Why a listener could not be opened, in words for people.
func listenFailure(_ error: any Error) -> String {
    switch error {
    case let error as IOError: listenFailure(errno: error.errnoCode)
    case is SocketAddressError.UnknownHost: "no address is known for this host name; check it, or write an address"
    default: "\(error)"
    }
}
