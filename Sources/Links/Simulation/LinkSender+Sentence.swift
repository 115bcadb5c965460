import ASTM

extension LinkSender.Failure {
    /// What a person at a simulated peer should read.
    var sentence: String {
        switch self {
        case .noFrames: "there was nothing to send"
        case .enquiryUnanswered: "no answer to ENQ: does this port belong to a device that speaks ASTM?"
        case .enquiryRefused: "ENQ was refused: the other side is busy or cannot store"
        case .frameUnanswered(let index): "no answer to frame \(index + 1)"
        case .frameRefused(let index): "frame \(index + 1) was refused each time"
        case .withdrawn: "it was taken back"
        case .queueFull: "too much waits to be sent already"
        case .linkLost: "the connection ended"
        }
    }
}
