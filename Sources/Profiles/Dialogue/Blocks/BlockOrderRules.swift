/// How queries are read and orders written in blocks (`orders: { dialect: blocks }`).
struct BlockOrderRules: Hashable, Sendable {
    /// Where a query names its specimen.
    enum Place: Hashable, Sendable {
        case columns(UnitCut.Columns)
        /// A field of the layout's record that fits the query.
        case field(String)
    }

    /// A block that asks: all must hold for its text.
    var query: [Condition.Test] = []
    var specimen: Place?
    /// The text of a query as a simulated device writes it; nil: made of what is known of the query.
    var question: BlockTemplate?
    /// The answer where something is ordered.
    var reply: BlockTemplate?
    /// One test of it.
    var test: BlockTemplate?
    /// What stands between tests.
    var testSeparator: [UInt8] = []
    /// The answer where nothing is; nil: none.
    var nothing: BlockTemplate?
    /// An order that is sent unasked; nil: none is.
    var download: BlockTemplate?
}
