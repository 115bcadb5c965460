#include "Connection.h"

#include <algorithm>

namespace cdcmtk {

bool Registry::add(Connection *connection, const std::string &address, const cdcmtk_limits &limits) {
    std::lock_guard<std::mutex> guard(lock);
    uint32_t &held = byAddress[address];
    if (held >= limits.max_connections_per_address) return false;
    silent.reserve(silent.size() + 1);
    open.insert(connection);
    if (open.size() >= limits.acceptors && !silent.empty()) {
        silent.front()->makeRoom();
        silent.erase(silent.begin());
    }
    silent.push_back(connection);
    if (shut) connection->disconnect();
    ++held;
    return true;
}

void Registry::introduced(Connection *connection) {
    std::lock_guard<std::mutex> guard(lock);
    silent.erase(std::remove(silent.begin(), silent.end(), connection), silent.end());
}

void Registry::remove(Connection *connection, const std::string &address) {
    std::lock_guard<std::mutex> guard(lock);
    open.erase(connection);
    silent.erase(std::remove(silent.begin(), silent.end(), connection), silent.end());
    auto entry = byAddress.find(address);
    if (entry != byAddress.end() && --entry->second == 0) byAddress.erase(entry);
}

void Registry::disconnectAll() {
    std::lock_guard<std::mutex> guard(lock);
    shut = true;
    for (Connection *connection : open) connection->disconnect();
}

}  // namespace cdcmtk
