import Core

extension Store: WorkOrders {
    /// Read beside the writer, on a thread of the pool; every order committed before the call is seen.
    ///
    /// Look-ups of a few names have connections of their own, so that a tube that waits at the needle never waits behind
    /// a list of everything. More names than `queriedNames` are refused, never cut.
    public func workOrders(
        _ filter: WorkOrderFilter, done: @escaping @Sendable (Result<[WorkOrder], StoreError>) -> Void
    ) {
        let names = filter.accessions?.count ?? 0
        guard names <= settings.limits.queriedNames else {
            return done(.failure(.refused("\(names) specimens in one query are too many")))
        }
        let isShort = filter.accessions != nil && names <= settings.limits.fewNames
        let limit = min(filter.limit, settings.limits.workOrderRows)
        (isShort ? queryReaders : workReaders).read(
            { try WorkOrderRows.read($0, filter, limit: limit) }, done: done)
    }
}
