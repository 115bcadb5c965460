import ArgumentParser

/// What every command takes that asks the running daemon over its control socket.
struct ClientOptions: ParsableArguments {
    @Option(help: "The daemon's configuration (default: labrador.yaml here, then /etc/labrador/labrador.yaml).")
    var config: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false
}
