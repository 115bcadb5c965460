import CDCMTK

/// One association of the bridge, owned by the thread that made it.
final class Association {
    /// A command set or a data set, whole.
    struct Piece {
        var bytes: [UInt8]
        var contextID: UInt8
        var isCommand: Bool
    }

    /// Why no piece came.
    enum End: Error, Hashable {
        /// Nothing came in the time given.
        case silent
        /// A-RELEASE-RQ.
        case released
        /// A-ABORT.
        case aborted
        /// The transport connection ended.
        case closed
        /// The peer broke a rule or a limit.
        case failed(String)
    }

    let handle: OpaquePointer
    let calledTitle: String
    let callingTitle: String
    let peer: String
    let implementation: String
    let transport: PeerTransport
    /// Presentation contexts the peer proposed.
    let proposedContexts: Int
    private(set) var contexts: [UInt8: PresentationContext] = [:]

    /// Takes over the handle.
    init(_ handle: OpaquePointer) {
        self.handle = handle
        let requestor = cdcmtk_requestor_of(handle)
        calledTitle = String(cString: requestor.called_ae_title)
        callingTitle = String(cString: requestor.calling_ae_title)
        peer = String(cString: requestor.peer)
        implementation = String(cString: requestor.implementation_version)
        let version = String(cString: requestor.tls_version)
        let certificate = CertificatePin(hexadecimal: String(cString: requestor.certificate))
        transport = version.isEmpty ? .clear : .tls(version: version, certificate: certificate)
        proposedContexts = cdcmtk_proposed_contexts(handle)
    }

    deinit { cdcmtk_close(handle) }

    /// Sends A-ASSOCIATE-AC for what we serve.
    func acknowledge(_ served: [String] = SOPClass.served) throws(End) {
        // Explicit VR first: the receiver needs no dictionary then.
        let syntaxes = [TransferSyntax.explicitLittleEndian, .implicitLittleEndian].map(\.rawValue)
        var problem = cdcmtk_problem()
        let outcome = withCStrings(served) { classes in
            withCStrings(syntaxes) { syntaxes in
                cdcmtk_acknowledge(handle, classes, served.count, syntaxes, 2, &problem)
            }
        }
        guard outcome == CDCMTK_OK else { throw .failed(problem.sentence) }
        loadContexts()
    }

    /// Learns what was agreed on.
    func loadContexts() {
        let most = AssociateRequestLimits().maxContexts
        var accepted = [cdcmtk_context](repeating: cdcmtk_context(), count: most)
        let count = cdcmtk_accepted_contexts(handle, &accepted, most)
        for context in accepted.prefix(count) {
            let abstract = withUnsafeBytes(of: context.abstract_syntax) { cString($0) }
            let transfer = withUnsafeBytes(of: context.transfer_syntax) { cString($0) }
            guard let syntax = TransferSyntax(rawValue: transfer) else { continue }
            contexts[context.id] = PresentationContext(
                id: context.id, abstractSyntax: abstract, transferSyntax: syntax)
        }
    }

    /// What it asks for.
    var request: AssociationRequest {
        AssociationRequest(called: calledTitle, calling: callingTitle, address: peer, transport: transport)
    }

    func reject(_ rejection: Rejection) {
        cdcmtk_reject(handle, rejection.codes.result, rejection.codes.source, rejection.codes.reason)
    }

    /// The next command set or data set.
    func receive(waiting seconds: Int, atMost bytes: Int) throws(End) -> Piece {
        var piece = cdcmtk_piece()
        var problem = cdcmtk_problem()
        let outcome = cdcmtk_receive(handle, UInt32(clamping: seconds), max(0, bytes), &piece, &problem)
        switch outcome {
        case CDCMTK_OK:
            return Piece(
                bytes: Array(UnsafeBufferPointer(start: piece.bytes, count: piece.count)),
                contextID: piece.context_id, isCommand: piece.is_command != 0)
        case CDCMTK_NOTHING: throw .silent
        case CDCMTK_RELEASED: throw .released
        case CDCMTK_ABORTED: throw .aborted
        case CDCMTK_CLOSED: throw .closed
        case CDCMTK_TOO_LARGE: throw .failed("\(problem.sentence), more than \(bytes) bytes")
        default: throw .failed(problem.sentence)
        }
    }

    /// Whether the peer has sent something that is not read yet.
    var hasInput: Bool { cdcmtk_has_input(handle) != 0 }

    /// Sends a message; with `more` it may wait for the next one in a buffer.
    func send(_ command: CommandSet, data: [UInt8]? = nil, on contextID: UInt8, more: Bool = false) throws(End) {
        let bytes = command.encoded
        var problem = cdcmtk_problem()
        let outcome = bytes.withUnsafeBufferPointer { command -> cdcmtk_outcome in
            guard let start = command.baseAddress else { return CDCMTK_FAILED }
            guard let data else {
                return cdcmtk_send(handle, contextID, start, command.count, nil, 0, more ? 1 : 0, &problem)
            }
            return data.withUnsafeBufferPointer { data in
                cdcmtk_send(
                    handle, contextID, start, command.count, data.baseAddress, data.count, more ? 1 : 0, &problem)
            }
        }
        guard outcome == CDCMTK_OK else { throw outcome == CDCMTK_CLOSED ? .closed : .failed(problem.sentence) }
    }

    func acknowledgeRelease() { cdcmtk_acknowledge_release(handle) }
    func abort() { cdcmtk_abort(handle) }
}

private func cString(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

/// Gives C an array of strings for the length of a call.
func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>>) -> Result
) -> Result {
    let storage = strings.map { Array($0.utf8CString) }
    let characters = UnsafeMutablePointer<CChar>.allocate(capacity: storage.reduce(1) { $0 + $1.count })
    let pointers = UnsafeMutablePointer<UnsafePointer<CChar>>.allocate(capacity: storage.count + 1)
    defer {
        characters.deallocate()
        pointers.deallocate()
    }
    var next = characters
    for (index, string) in storage.enumerated() {
        (pointers + index).initialize(to: UnsafePointer(next))
        next.initialize(from: string, count: string.count)
        next += string.count
    }
    return body(UnsafePointer(pointers))
}
