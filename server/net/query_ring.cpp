#include "server/net/query_ring.h"

#include <algorithm>

namespace server {

void write_record(QueryRecord& record, const Request& request, const Outcome& outcome,
                  dns::UnixTime now, bool limited) {
    const dns::Octets message = request.message;
    record.time = now;
    record.client = request.client;
    record.request_flags = message.size() >= 4 ? dns::load16(message.data() + 2) : 0;
    record.type = outcome.type;
    record.rr_class = 0;
    record.rcode = outcome.rcode;
    record.extended_error = outcome.extended_error;
    record.view = outcome.view == nullptr ? kNoView : outcome.view->number;
    record.zone = outcome.zone == nullptr ? kNoZone : outcome.zone->number();
    record.request_size = static_cast<uint32_t>(message.size());
    record.reply_size = outcome.action == Action::reply ? outcome.size : 0;
    record.action = outcome.action;
    record.kind = outcome.kind;
    record.cookie = outcome.cookie;
    record.signature = outcome.signature;
    record.key = outcome.key;
    record.truncated = outcome.truncated;
    record.limited = limited;
    record.has_question = false;
    record.name_size = 0;
    if (!outcome.has_question || message.size() <= dns::kHeaderSize) return;
    const dns::Octets rest = message.subspan(dns::kHeaderSize);
    const size_t size = dns::measure_name(rest.data(), rest.size());
    if (size == 0 || size + 4 > rest.size()) return;
    record.has_question = true;
    record.name_size = static_cast<uint8_t>(size);
    record.rr_class = dns::load16(rest.data() + size + 2);
    std::copy_n(rest.data(), size, record.name_octets.begin());
}

}  // namespace server
