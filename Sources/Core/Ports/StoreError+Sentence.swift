extension StoreError {
    /// What happened, in a sentence for logs and pages.
    public var sentence: String {
        switch self {
        case .storageFailed(let why): "the store's disk or file failed (\(why))."
        case .full(let why): "the store has no room left (\(why)). Free disk space; the device will send again."
        case .refused(let why): "the store refused it (\(why))."
        }
    }
}
