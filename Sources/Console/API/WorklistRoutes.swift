import Core
import Hummingbird

/// `POST /api/v1/worklist/explain`.
struct WorklistRoutes {
    let ports: ConsolePorts
    let configuration: ConsoleConfiguration

    func add(to router: Router<BasicRequestContext>) {
        router.post(RouterPath(APIPath.explainWorklist)) { request, _ -> Response in
            let fields = try RequestFields(
                json: try await request.bytes(upTo: configuration.requestBodyBytes),
                keys: ["ae", "at", "accession", "keys", "limit"], maximumCharacters: configuration.typedCharacters)
            let ae = try fields.required("ae", "Name a configured modality, by AE title or id.")
            guard let worklist = ports.worklist else {
                throw RequestRefusal(.conflict, "No radiology side is configured (dicom: in the configuration).")
            }
            var asked = WorklistExplainRequest(ae: ae, at: fields["at"], accession: fields["accession"])
            asked.keys = fields["keys"].map { $0.split(separator: "\n").map { String($0) } }
            asked.limit = try limit(fields["limit"])
            switch await worklist.explain(asked) {
            case .explained(let explanation): return try Response.json(explanation)
            case .refused(let why): throw RequestRefusal(.conflict, why)
            }
        }
    }

    private func limit(_ text: String?) throws(RequestRefusal) -> Int {
        guard let text else { return configuration.defaultRows }
        guard let number = Int(text), number > 0 else {
            throw RequestRefusal(.badRequest, "limit: must be a number from 1 to \(configuration.maximumRows).")
        }
        return min(number, configuration.maximumRows)
    }
}
