import Glibc
import NIOCore
import NIOPosix

/// Why a device could not be connected to, in words for people, as the end of a sentence.
func connectFailure(_ error: any Error, seconds: Int64) -> String {
    switch error {
    case let error as NIOConnectionError:
        return error.connectionErrors.first.map { connectFailure($0.error, seconds: seconds) } ?? "\(error)"
    case let error as HostLookup.Unknown: return error.words
    case ChannelError.connectTimeout: return silent(seconds)
    case let error as IOError: return connectFailure(errno: error.errnoCode, seconds)
    default: return "\(error)"
    }
}

/// Why a connection ended that was open, as a sentence.
func connectionFailure(_ error: any Error) -> String {
    guard let code = (error as? IOError)?.errnoCode else { return "The connection failed: \(error)." }
    let words = code == ECONNRESET ? "the device broke it off" : String(cString: strerror(code))
    return "The connection failed: \(words)."
}

private func silent(_ seconds: Int64) -> String {
    "there was no answer within \(seconds) s; is it switched on, and is the address right?"
}

private func connectFailure(errno code: CInt, _ seconds: Int64) -> String {
    switch code {
    case ECONNREFUSED: "it refused the connection; is its host interface switched on, and is the port right?"
    case ETIMEDOUT: silent(seconds)
    case EHOSTUNREACH, ENETUNREACH: "there is no way to this address; check the network"
    default: String(cString: strerror(code))
    }
}
