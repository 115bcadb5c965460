import NIOCore
import NIOEmbedded

extension EmbeddedChannel {
    /// Whether bytes are read from the socket.
    var isReading: Bool {
        for case let (option, value) in options where option is ChannelOptions.Types.AutoReadOption {
            return value as? Bool ?? true
        }
        return true
    }

    /// The peer takes our answers, or lets them pile up.
    func peerReads(_ reads: Bool) {
        isWritable = reads
        pipeline.fireChannelWritabilityChanged()
    }
}
