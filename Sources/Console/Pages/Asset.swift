import HTTPTypes
import Hummingbird

/// A file that the pages load.
///
/// It is compiled in, so that the console is one binary.
struct Asset: Sendable {
    let path: String
    let type: String
    let bytes: [UInt8]

    static let all = [
        Asset(path: "/assets/console.css", type: "text/css; charset=utf-8", bytes: PackageResources.console_css),
        Asset(path: "/assets/console.js", type: "text/javascript; charset=utf-8", bytes: PackageResources.console_js),
        Asset(path: "/assets/icon.svg", type: "image/svg+xml", bytes: PackageResources.icon_svg),
    ]

    var response: Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
