// Any octets at the control socket: no crash, the same lines whatever the pieces, and a request
// that was understood is written and read again as the same.
#include <algorithm>
#include <cstdlib>

#include "server/control/control_request.h"

namespace {

std::string lines_of(std::string_view octets, size_t piece) {
    server::LineReader reader(100);
    std::string line, all;
    while (!octets.empty()) {
        reader.take(octets.substr(0, piece));
        octets.remove_prefix(std::min(piece, octets.size()));
        for (;;) {
            server::LineReader::Next next = reader.next(line);
            if (next == server::LineReader::Next::too_long) return all + "(too long)";
            if (next == server::LineReader::Next::nothing) break;
            all += line + "\n";
        }
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view octets(reinterpret_cast<const char*>(data), size);
    if (lines_of(octets, 1) != lines_of(octets, 1000)) std::abort();
    auto request = server::read_request(octets);
    if (!request.ok() && request.fault().sentence.empty()) std::abort();
    if (!request.ok()) return 0;
    std::string line = server::write_request(request.value());
    if (line.find('\n') != line.size() - 1) std::abort();
    auto again = server::read_request(std::string_view(line).substr(0, line.size() - 1));
    if (!again.ok() || again->command != request->command || again->json != request->json ||
        again->operands != request->operands)
        std::abort();
    return 0;
}
