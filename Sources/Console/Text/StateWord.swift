import Core

/// How a state looks: its word, and how much it asks of a person.
///
/// Colour follows from the tone and never stands alone.
struct StateWord: Equatable {
    /// What a person should make of it.
    enum Tone: String {
        /// All is well.
        case good
        /// Going on by itself.
        case busy
        /// A person should look.
        case attention
        /// Something is broken or refused.
        case bad
        /// Of no further interest.
        case quiet
    }

    var word: String
    var tone: Tone

    /// A device's state (`DeviceRow.state`).
    static func device(_ state: String) -> StateWord {
        switch state {
        case "connected": StateWord(word: "Connected", tone: .good)
        case "receiving": StateWord(word: "Receiving", tone: .good)
        case "listening": StateWord(word: "Waiting for the device", tone: .busy)
        case "connecting": StateWord(word: "Connecting", tone: .busy)
        case "offline": StateWord(word: "Offline", tone: .attention)
        case "failed": StateWord(word: "Failed", tone: .bad)
        default: StateWord(word: state, tone: .quiet)
        }
    }

    /// A result's state (`ResultState`), and for a posted one what became of it (`ResultDelivery`).
    static func result(_ state: String, delivery: String) -> StateWord {
        if state == "posted", let delivery = ResultDelivery(rawValue: delivery) { return result(delivery) }
        return switch state {
        case "received": StateWord(word: "Received", tone: .busy)
        case "held": StateWord(word: "Held", tone: .attention)
        case "posted": StateWord(word: "Posted", tone: .busy)
        case "stored": StateWord(word: "Stored", tone: .good)
        case "superseded": StateWord(word: "Superseded", tone: .quiet)
        case "rejected": StateWord(word: "Rejected", tone: .bad)
        case "control": StateWord(word: "Control", tone: .quiet)
        default: StateWord(word: state, tone: .quiet)
        }
    }

    private static func result(_ delivery: ResultDelivery) -> StateWord {
        switch delivery {
        case .delivered: StateWord(word: "Delivered", tone: .good)
        case .waiting: StateWord(word: "Posted", tone: .busy)
        case .refused: StateWord(word: "Refused by the HMS", tone: .bad)
        case .setAside: StateWord(word: "Set aside, not sent", tone: .attention)
        case .skipped: StateWord(word: "Skipped, not sent", tone: .attention)
        }
    }

    /// A delivery's state (`DeliveryState`).
    static func delivery(_ state: String) -> StateWord {
        switch state {
        case "ready": StateWord(word: "Waiting", tone: .busy)
        case "leased": StateWord(word: "Sending", tone: .busy)
        case "delivered": StateWord(word: "Delivered", tone: .good)
        case "ambiguous": StateWord(word: "No answer yet", tone: .attention)
        case "parked": StateWord(word: "Set aside", tone: .attention)
        case "dead": StateWord(word: "Refused", tone: .bad)
        default: StateWord(word: state, tone: .quiet)
        }
    }

    /// An interpretation code (HL7 v3 ObservationInterpretation).
    static func flag(_ code: String) -> StateWord {
        switch code {
        case "N": StateWord(word: "normal", tone: .good)
        case "H": StateWord(word: "H high", tone: .attention)
        case "L": StateWord(word: "L low", tone: .attention)
        case "HH": StateWord(word: "HH critically high", tone: .bad)
        case "LL": StateWord(word: "LL critically low", tone: .bad)
        case "A": StateWord(word: "A abnormal", tone: .attention)
        case "AA": StateWord(word: "AA critically abnormal", tone: .bad)
        case "POS": StateWord(word: "POS positive", tone: .attention)
        case "NEG": StateWord(word: "NEG negative", tone: .good)
        default: StateWord(word: code, tone: .quiet)
        }
    }

    /// A hold's reason (`HoldReason`) as a short heading.
    static func hold(_ reason: String) -> StateWord {
        switch reason {
        case "no-order": StateWord(word: "No order yet", tone: .attention)
        case "patient-mismatch": StateWord(word: "Another patient", tone: .bad)
        case "order-cancelled": StateWord(word: "Order cancelled", tone: .attention)
        case "unmapped-test": StateWord(word: "Unknown test", tone: .attention)
        case "unit-mismatch": StateWord(word: "Unexpected unit", tone: .attention)
        case "ambiguous-order": StateWord(word: "Several orders", tone: .attention)
        case "verification": StateWord(word: "To be verified", tone: .attention)
        case "unreadable": StateWord(word: "Unreadable message", tone: .bad)
        case "duplicate-conflict": StateWord(word: "Two values for one run", tone: .bad)
        case "study-mismatch": StateWord(word: "Study does not fit", tone: .bad)
        case "specimen-id": StateWord(word: "Specimen id", tone: .attention)
        case "profile-error": StateWord(word: "Profile error", tone: .bad)
        default: StateWord(word: reason, tone: .attention)
        }
    }
}
