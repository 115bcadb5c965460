#ifndef CDCMTK_REQUEST_INTAKE_H
#define CDCMTK_REQUEST_INTAKE_H

#include "CDCMTK.h"

#include <vector>

namespace cdcmtk {

/// Collects the first PDU of a connection, and has it checked before DCMTK sees a byte of it.
///
/// What does not begin like an A-ASSOCIATE-RQ is handed on after its head: DCMTK parses no other PDU at that point.
class RequestIntake {
public:
    RequestIntake(cdcmtk_request_check check, size_t maxBytes) : check(check), maxBytes(maxBytes) {}

    /// How many bytes are still to come; 0 when there is nothing more to collect.
    size_t wanted() const { return target > bytes.size() ? target - bytes.size() : 0; }
    void take(const uint8_t *part, size_t count);
    /// Both are meaningful once nothing is wanted.
    bool isRequest() const { return target > headBytes && refused.fault == 0; }
    const cdcmtk_refusal &refusal() const { return refused; }

    bool hasBytes() const { return wanted() == 0 && handed < bytes.size(); }
    bool isEmpty() const { return wanted() == 0 && handed == bytes.size(); }
    /// Moves up to `count` bytes to `buffer`.
    size_t hand(uint8_t *buffer, size_t count);

private:
    static constexpr size_t headBytes = 6;  // type, reserved, length (PS3.8 9.3.2)
    void headIsThere();

    cdcmtk_request_check check;
    size_t maxBytes;
    size_t target = headBytes;
    std::vector<uint8_t> bytes;
    size_t handed = 0;
    cdcmtk_refusal refused = {};
};

}  // namespace cdcmtk
#endif
