import Core

/// A FHIR destination as configured, and its limits.
public struct FHIRConfiguration: Hashable, Sendable {
    /// The server's base address, `https://hms.example.in/fhir`: transactions are posted to it.
    public var url: String
    /// A file with a bearer token; read at start and again when the server answers 401.
    public var tokenFile: String?
    /// A PEM file with certificates that are trusted beside the system's.
    public var trustedCertificates: String?
    /// How long opening a connection may take.
    public var connectTimeout: Duration
    /// How long a whole exchange may take, to the last byte of the answer.
    public var requestTimeout: Duration
    /// Requests under way at the same time, each of another accession.
    public var concurrency: Int
    /// Bytes of an answer that are read.
    public var answerLimit: Int
    /// Results asked for in one search.
    public var searchLimit: Int

    /// A configuration; the limits' defaults serve a site.
    public init(
        url: String, tokenFile: String? = nil, trustedCertificates: String? = nil,
        connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(30), concurrency: Int = 8,
        answerLimit: Int = 1_048_576, searchLimit: Int = 20
    ) {
        self.url = url
        self.tokenFile = tokenFile
        self.trustedCertificates = trustedCertificates
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.concurrency = concurrency
        self.answerLimit = answerLimit
        self.searchLimit = searchLimit
    }
}

/// Why a destination cannot be used as configured.
public enum DestinationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is no http or https address.
    case address(String)
    /// The token file cannot be used.
    case token(file: String, why: String)
    /// The certificate file cannot be used.
    case certificates(file: String, why: String)

    /// What is wrong and what would be right, in a sentence.
    public var description: String {
        switch self {
        case .address(let url):
            "'\(url)' is no address of a FHIR server. Write it like https://hms.example.in/fhir, without a user name, "
                + "query or '#'."
        case .token(let file, let why): "The token file \(file) cannot be used: \(why)."
        case .certificates(let file, let why):
            "The certificate file \(file) cannot be used: \(why). It must hold certificates in PEM form."
        }
    }
}
