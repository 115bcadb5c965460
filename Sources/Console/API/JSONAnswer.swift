import Core
import Foundation
import HTTPTypes
import Hummingbird

extension Response {
    /// JSON with sorted keys: the same answer has the same bytes.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(value)
        return Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Plain text.
    static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Request {
    /// The whole body.
    func bytes(upTo limit: Int) async throws -> [UInt8] {
        // A length that is told is believed only to refuse early.
        if let text = headers[.contentLength], let length = Int(text), length > limit {
            throw RequestRefusal(.contentTooLarge, "The body has \(length) bytes; this address takes at most \(limit).")
        }
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch {
            throw RequestRefusal(.contentTooLarge, "The body is larger than the \(limit) bytes this address takes.")
        }
    }
}
