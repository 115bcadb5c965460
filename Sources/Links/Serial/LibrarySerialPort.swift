import CSerialPort
import Glibc

/// Opens a port of the system's list through libserialport.
enum LibrarySerialPort {
    /// A descriptor with the line settings applied.
    static func open(_ path: String, _ link: SerialLink) throws(SerialFailure) -> CInt {
        var port: OpaquePointer?
        try check(sp_get_port_by_name(path, &port), link, "")
        defer { sp_free_port(port) }
        try check(sp_open(port, SP_MODE_READ_WRITE), link, "")
        defer { sp_close(port) }
        try configure(port, link)
        var handle: CInt = -1
        try check(sp_get_port_handle(port, &handle), link, "")
        // The library closes its own when it lets go of the port.
        let descriptor = fcntl(handle, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SerialFailure(port: link.port, errno: errno) }
        return descriptor
    }

    private static func configure(_ port: OpaquePointer?, _ link: SerialLink) throws(SerialFailure) {
        var settings: OpaquePointer?
        try check(sp_new_config(&settings), link, "")
        defer { sp_free_config(settings) }
        sp_set_config_baudrate(settings, CInt(link.baud))
        sp_set_config_bits(settings, CInt(link.dataBits))
        sp_set_config_parity(settings, link.parity.ofLibrary)
        sp_set_config_stopbits(settings, CInt(link.stopBits))
        // Present and ready: many analysers send only where both are up.
        sp_set_config_dtr(settings, SP_DTR_ON)
        sp_set_config_rts(settings, SP_RTS_ON)
        sp_set_config_cts(settings, SP_CTS_IGNORE)
        sp_set_config_dsr(settings, SP_DSR_IGNORE)
        sp_set_config_flowcontrol(settings, link.flow.ofLibrary)
        try check(sp_set_config(port, settings), link, link.settings)
    }

    /// - Parameter setting: what was set; empty when nothing was.
    private static func check(_ code: sp_return, _ link: SerialLink, _ setting: String) throws(SerialFailure) {
        switch code {
        case SP_OK: return
        case SP_ERR_FAIL: throw SerialFailure(port: link.port, errno: sp_last_error_code())
        case SP_ERR_MEM: throw SerialFailure(port: link.port, errno: ENOMEM)
        default:
            throw setting.isEmpty
                ? SerialFailure(port: link.port, errno: ENOTTY) : SerialFailure(port: link.port, refuses: setting)
        }
    }
}

extension SerialLink.Parity {
    fileprivate var ofLibrary: sp_parity {
        switch self {
        case .none: SP_PARITY_NONE
        case .even: SP_PARITY_EVEN
        case .odd: SP_PARITY_ODD
        case .mark: SP_PARITY_MARK
        case .space: SP_PARITY_SPACE
        }
    }
}

extension SerialLink.Flow {
    fileprivate var ofLibrary: sp_flowcontrol {
        switch self {
        case .none: SP_FLOWCONTROL_NONE
        case .xonxoff: SP_FLOWCONTROL_XONXOFF
        case .rtscts: SP_FLOWCONTROL_RTSCTS
        }
    }
}
