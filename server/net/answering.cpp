#include "server/net/answering.h"

#include <algorithm>

namespace server {

Answering::Answering(Parts parts, std::shared_ptr<const Set> set)
    : parts_(parts), set_(std::move(set)) {
    parts_.counters->make_room(*set_);
}

void Answering::answer(std::span<const Request> requests, std::span<Outcome> outcomes,
                       int64_t received_ns) {
    if (requests.empty()) return;
    const dns::UnixTime now = parts_.clock->now();
    parts_.respond(*set_, requests, outcomes, scratch_, now);
    const Transport transport = requests[0].client.transport;
    parts_.counters->count(transport, outcomes);
    if (parts_.limiter != nullptr && transport == Transport::udp)
        limit(requests, outcomes, received_ns, now);
    if (parts_.query_log != nullptr) log(requests, outcomes, now);
}

void Answering::limit(std::span<const Request> requests, std::span<Outcome> outcomes,
                      int64_t received_ns, dns::UnixTime now) {
    parts_.limiter->decide(requests, outcomes, limits_, received_ns, now, parts_.limit_events);
    Counters& counters = *parts_.counters;
    for (size_t i = 0; i < outcomes.size(); ++i) {
        switch (limits_[i]) {
            case Limit::pass:
                break;
            case Limit::logged:
                counters[Tally::limited_logged].add();
                break;
            case Limit::drop:
                counters[Tally::limited_dropped].add();
                outcomes[i].action = Action::silence;
                break;
            case Limit::slip:
                counters[Tally::limited_slipped].add();
                outcomes[i] = parts_.slip(*set_, requests[i], outcomes[i], now);
                break;
        }
    }
}

void Answering::log(std::span<const Request> requests, std::span<const Outcome> outcomes,
                    dns::UnixTime now) {
    const bool limits = parts_.limiter != nullptr && requests[0].client.transport == Transport::udp;
    for (size_t i = 0; i < requests.size(); ++i) {
        QueryRecord* record = parts_.query_log->reserve();
        if (record == nullptr) continue;
        const bool limited = limits && (limits_[i] == Limit::drop || limits_[i] == Limit::slip);
        write_record(*record, requests[i], outcomes[i], now, limited);
        parts_.query_log->commit();
    }
}

void Answering::sent(int64_t received_ns, size_t answers) {
    if (answers > 0) parts_.counters->count_latency(steady_ns() - received_ns, answers);
}

std::shared_ptr<const Set> Answering::swap(std::shared_ptr<const Set> set) {
    parts_.counters->make_room(*set);
    (*parts_.counters)[Tally::sets_taken].add();
    std::swap(set_, set);
    return set;
}

}  // namespace server
