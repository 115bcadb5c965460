import Core

/// What a lane tells people, once an incident. Holds delivery ids and our own words, no patient data.
package enum LaneNotice: Hashable, Sendable {
    /// The lane pauses. `needsPerson`: nothing will pass before somebody has put something right.
    case paused(String, needsPerson: Bool)
    /// The destination is back.
    case resumed
    /// A delivery will not be tried again by itself.
    case setAside(DeliveryID, dead: Bool)
    /// The store refused; it is asked again.
    case storeRefused(String)
}
