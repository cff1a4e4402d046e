#include "server/answer/respond.h"

#include <algorithm>

#include "server/answer/chaos.h"
#include "server/answer/compose.h"
#include "server/answer/encode.h"

namespace server {

namespace {

// What is to be done with a request once it is read.
enum class Course : uint8_t { silence, empty_reply, cut_short, chaos, search };

// A request on its way through the stages.
struct Pending {
    dns::Query query;
    Course course = Course::silence;
    uint16_t rcode = dns::rcode::no_error;
    const View* view = nullptr;
    dns::LabelOffsets labels{dns::NameView()};
    Search search;
    OptReply opt;
    dns::TsigExchange* signature = nullptr;  // of a request with TSIG
};

}  // namespace

struct Scratch::Impl {
    std::array<Pending, kBatch> pending;
    // Hashes of the batch's names, one name's behind the other's.
    std::array<uint64_t, kBatch * dns::kMaxLabels> hashes;
    std::array<dns::TsigExchange, kBatch> signatures;  // those of the batch that have one
    Plan plan;
    dns::MessageWriter writer{nullptr, 0};
};

Scratch::Scratch() : impl_(std::make_unique<Impl>()) {
    impl_->plan.items.reserve(256);
}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;

namespace {

template <class Tracer>
class Responder {
  public:
    Responder(const Set& set, Scratch::Impl& scratch, dns::UnixTime now, Tracer& trace)
        : set_(set), scratch_(scratch), now_(now), trace_(trace) {}

    void run(std::span<const Request> requests, std::span<Outcome> outcomes) {
        size_t hashes_used = 0;
        signatures_used_ = 0;
        for (size_t i = 0; i < requests.size(); ++i) {
            outcomes[i] = Outcome();
            begin(requests[i], scratch_.pending[i], outcomes[i]);
            prepare(scratch_.pending[i], hashes_used);
        }
        for (size_t i = 0; i < requests.size(); ++i)
            if (const Pending& pending = scratch_.pending[i]; pending.course == Course::search)
                pending.search.zone->zone().prefetch_nodes(pending.search.query);
        for (size_t i = 0; i < requests.size(); ++i)
            finish(requests[i], scratch_.pending[i], outcomes[i]);
    }

  private:
    // ---- read and choose ----

    void begin(const Request& request, Pending& pending, Outcome& outcome) {
        pending.course = Course::empty_reply;
        pending.rcode = dns::rcode::no_error;
        pending.opt = OptReply();
        pending.signature = nullptr;
        dns::Reading reading = dns::read_query(request.message, pending.query);
        const dns::Query& query = pending.query;
        outcome.has_question = query.has_question;
        outcome.type = query.type;
        if (reading == dns::Reading::silent) {
            pending.course = Course::silence;
            return;
        }
        // RFC 8945 5.2: before anything else is made of the request.
        if (query.tsig_at != 0 && !check_signature(request, reading, pending, outcome)) return;
        switch (reading) {
            case dns::Reading::format_error:
                return settle(pending, outcome, dns::rcode::format_error, StepKind::unreadable);
            case dns::Reading::bad_version:
                return settle(pending, outcome, dns::rcode::bad_version, StepKind::bad_version);
            case dns::Reading::not_implemented:
                return settle(pending, outcome, dns::rcode::not_implemented,
                              StepKind::opcode_not_served);
            default:
                break;
        }
        check_cookie(request.client, pending, outcome);
        if (!query.has_question)
            return settle(pending, outcome, dns::rcode::no_error, StepKind::no_question);
        if (query.rr_class == dns::rr_class::chaos) return begin_chaos(pending, outcome);
        if (query.rr_class != dns::rr_class::internet && query.rr_class != dns::rr_class::any)
            return settle(pending, outcome, dns::rcode::refused, StepKind::class_not_served);
        if (is_odd_type(query.type)) return settle_odd_type(pending, outcome);
        choose(request.client, pending, outcome);
    }

    // False if the request ends here, because its signature is not good.
    bool check_signature(const Request& request, dns::Reading reading, Pending& pending,
                         Outcome& outcome) {
        dns::TsigExchange& signature = scratch_.signatures[signatures_used_++];
        outcome.signature =
            signature.begin(set_.keys.get(), request.message, pending.query.tsig_at, now_);
        pending.signature = &signature;
        if (outcome.signature == dns::TsigState::good) {
            outcome.key = static_cast<KeyNumber>(signature.key_place() + 1);
            if constexpr (Tracer::kOn)
                trace_.add(StepKind::signed_well).name = signature.record().key;
            return true;
        }
        if (reading == dns::Reading::good) check_cookie(request.client, pending, outcome);
        if (outcome.signature == dns::TsigState::malformed)
            settle(pending, outcome, dns::rcode::format_error, StepKind::signature_unreadable);
        else
            settle(pending, outcome, dns::rcode::not_authoritative, step_of(outcome.signature));
        tell_signature(signature);
        return false;
    }

    static StepKind step_of(dns::TsigState state) {
        switch (state) {
            case dns::TsigState::bad_signature:
                return StepKind::bad_signature;
            case dns::TsigState::bad_time:
                return StepKind::bad_time;
            case dns::TsigState::bad_truncation:
                return StepKind::bad_truncation;
            default:
                return StepKind::bad_key;
        }
    }

    void tell_signature(const dns::TsigExchange& signature) {
        if constexpr (Tracer::kOn) {
            Step& step = trace_.steps.back();
            step.name = signature.record().key;
            const auto there = static_cast<dns::UnixTime>(signature.record().time);
            step.number = step.kind == StepKind::bad_time
                              ? static_cast<uint64_t>(there > now_ ? there - now_ : now_ - there)
                              : signature.record().mac.size();
        }
        static_cast<void>(signature);
    }

    // Cookies are for who may ask at all, so the state is told with every outcome behind this.
    void check_cookie(const Client& client, Pending& pending, Outcome& outcome) {
        const dns::Octets cookie = pending.query.edns.cookie;
        if (!set_.settings.cookies || cookie.empty()) return;
        dns::Octets address = client.address.family_octets();
        outcome.cookie = dns::check_cookie(set_.settings.cookie_secrets, cookie, address, now_);
        dns::write_cookie(set_.settings.cookie_secrets, cookie, address, outcome.cookie, now_,
                          pending.opt.cookie.data());
        pending.opt.cookie_size = pending.opt.cookie.size();
    }

    // An end without a search.
    void settle(Pending& pending, Outcome& outcome, uint16_t rcode, StepKind why,
                uint16_t extended_error = dns::extended_error::none) {
        pending.rcode = outcome.rcode = rcode;
        pending.opt.extended_error = outcome.extended_error = extended_error;
        if constexpr (Tracer::kOn) {
            Step& step = trace_.add(why);
            step.type = pending.query.type;
            step.number =
                why == StepKind::class_not_served ? pending.query.rr_class : pending.query.opcode();
            step.zone = outcome.zone;
            step.view = pending.view;
            if (pending.query.has_question) step.name = dns::Name(pending.query.name);
        }
        static_cast<void>(why);
    }

    void begin_chaos(Pending& pending, Outcome& outcome) {
        if (chaos_text(set_.settings, pending.query.name) == nullptr)
            return settle(pending, outcome, dns::rcode::refused, StepKind::chaos);
        pending.course = Course::chaos;
        outcome.kind = AnswerKind::positive;
        if constexpr (Tracer::kOn) trace_.add(StepKind::chaos).name = dns::Name(pending.query.name);
    }

    static bool is_odd_type(uint16_t type) {
        return type == dns::type::OPT || (type >= 128 && type <= 254);
    }

    // Questions that are none about records (RFC 8906 3.1.2: they get an answer all the same).
    void settle_odd_type(Pending& pending, Outcome& outcome) {
        constexpr uint16_t kNxname = 128, kIxfr = 251, kAxfr = 252;
        uint16_t type = pending.query.type;
        if (type == kIxfr || type == kAxfr)
            return settle(pending, outcome, dns::rcode::refused, StepKind::meta_type);
        if (type == dns::type::OPT)
            return settle(pending, outcome, dns::rcode::format_error, StepKind::meta_type);
        if (type == kNxname)  // RFC 9824 3.6
            return settle(pending, outcome, dns::rcode::format_error, StepKind::meta_type,
                          dns::extended_error::invalid_query_type);
        settle(pending, outcome, dns::rcode::not_implemented, StepKind::meta_type);
    }

    void choose(const Client& client, Pending& pending, Outcome& outcome) {
        const dns::Query& query = pending.query;
        size_t index = choose_view(set_, client, outcome.key);
        if (index == set_.views.size())
            return settle(pending, outcome, dns::rcode::refused, StepKind::no_view,
                          dns::extended_error::prohibited);
        const View& view = *set_.views[index];
        pending.view = &view;
        outcome.view = &view;
        tell_view(view, index);
        pending.labels = dns::LabelOffsets(query.name);
        const ServedZone* zone = choose_zone(
            view, query.name, {pending.labels.at.data(), pending.labels.count}, query.type, trace_);
        if (zone == nullptr)
            return settle(pending, outcome, dns::rcode::refused, StepKind::no_zone,
                          dns::extended_error::not_authoritative);
        outcome.zone = zone;
        tell_zone(*zone);
        if (!Audience{view, client}.may_ask(*zone))
            return settle(pending, outcome, dns::rcode::refused, StepKind::query_denied,
                          dns::extended_error::prohibited);
        if (!zone->loaded())
            return settle(pending, outcome, dns::rcode::server_failure, StepKind::zone_not_loaded,
                          dns::extended_error::not_ready);
        pending.course = Course::search;
        pending.search.zone = zone;
        pending.opt.zone = zone;
    }

    void tell_view(const View& view, size_t index) {
        if constexpr (Tracer::kOn) {
            for (size_t i = 0; i < index; ++i)
                trace_.add(StepKind::view_passed_over).view = set_.views[i].get();
            trace_.add(StepKind::view_chosen).view = &view;
        }
        static_cast<void>(view);
        static_cast<void>(index);
    }

    void tell_zone(const ServedZone& zone) {
        if constexpr (Tracer::kOn) {
            Step& step = trace_.add(StepKind::zone_chosen);
            step.zone = &zone;
            step.name = dns::Name(zone.name());
        }
        static_cast<void>(zone);
    }

    // ---- locate ----

    void prepare(Pending& pending, size_t& hashes_used) {
        if (pending.course != Course::search) return;
        const zones::Zone& zone = pending.search.zone->zone();
        dns::NameView name = pending.query.name;
        size_t origin_size = pending.search.zone->name().size();
        size_t labels = pending.labels.count - pending.search.zone->label_count();
        size_t wanted = zone.hashes_for(labels);
        pending.search.query =
            zone.query({name.data(), name.size() - origin_size}, {pending.labels.at.data(), labels},
                       {scratch_.hashes.data() + hashes_used, wanted});
        hashes_used += wanted;
        zone.prefetch_buckets(pending.search.query);
    }

    // ---- answer ----

    void finish(const Request& request, Pending& pending, Outcome& outcome) {
        if (pending.course == Course::silence) return;
        const dns::Query& query = pending.query;
        pending.opt.present = query.edns.present;
        pending.opt.settings = &set_.settings;
        pending.opt.type = query.type;
        pending.opt.transport = request.client.transport;
        Envelope envelope{query, request.message, pending.opt, limit_of(request, query), 0, 0};
        if (pending.signature != nullptr) keep_room(pending, envelope);
        if (set_.settings.rotate) envelope.rotation = rotation_of(request, query);
        dns::MessageWriter& writer = scratch_.writer;
        writer.start(request.room.data(), envelope.limit, 0, {});
        outcome.action = Action::reply;
        Encoded encoded;
        switch (pending.course) {
            case Course::chaos:
                encoded = answer_chaos(pending, envelope, writer);
                break;
            case Course::search:
                encoded = answer(request, pending, envelope, writer, outcome);
                break;
            case Course::cut_short:
                encoded = encode_empty(dns::rcode::no_error, dns::flag::tc, envelope, writer);
                break;
            default:
                encoded = encode_empty(pending.rcode, 0, envelope, writer);
        }
        outcome.size = static_cast<uint32_t>(encoded.size);
        outcome.truncated = encoded.truncated;
        if (envelope.signature > 0) sign(request, *pending.signature, outcome);
    }

    // Room for the TSIG. Where little is left, the record of an error that is not signed is left
    // out; else OPT goes, then the question: a key's name of 255 octets may leave no room in 512.
    static void keep_room(Pending& pending, Envelope& envelope) {
        envelope.signature = pending.signature->room();
        const dns::TsigState state = pending.signature->state();
        auto fits = [&] {
            return pending.query.question_end + envelope.opt.size(pending.query.edns) +
                       envelope.signature <=
                   envelope.limit;
        };
        if (fits()) return;
        if (state == dns::TsigState::bad_key || state == dns::TsigState::bad_signature) {
            envelope.signature = 0;
            return;
        }
        envelope.opt.present = false;
        if (fits()) return;
        pending.query.has_question = false;
        pending.query.question_end = dns::kHeaderSize;
        if (pending.course != Course::empty_reply) pending.course = Course::cut_short;
    }

    void sign(const Request& request, dns::TsigExchange& signature, Outcome& outcome) {
        const size_t room = signature.room();
        size_t size = 0;
        if (request.room.size() >= outcome.size + room)
            size = signature.sign(request.room.data(), outcome.size, now_);
        outcome.size = static_cast<uint32_t>(size);
        if (size == 0) outcome.action = Action::silence;
        // Truncation changes the rcode of what is signed.
        if (outcome.truncated) outcome.rcode = request.room[3] & dns::flag::rcode_mask;
    }

    // RFC 6891 6.2.3, 6.2.5: what the client takes, and what this server sends at most.
    size_t limit_of(const Request& request, const dns::Query& query) const {
        size_t limit = dns::kMaxMessage;
        if (request.client.transport == Transport::udp) {
            limit = dns::kClassicUdpSize;
            if (query.edns.present)
                limit = std::clamp<size_t>(query.edns.udp_size, limit,
                                           std::max<size_t>(limit, set_.settings.udp_size));
        }
        return std::min(limit, request.room.size());
    }

    static uint32_t rotation_of(const Request& request, const dns::Query& query) {
        uint64_t mixed = dns::load8(request.client.address.octets.data() + 8);
        mixed = (mixed ^ query.id ^ uint64_t{request.client.port} << 16) * 0x9e3779b97f4a7c15;
        return static_cast<uint32_t>(mixed >> 32);
    }

    Encoded answer_chaos(const Pending& pending, const Envelope& envelope,
                         dns::MessageWriter& writer) {
        const uint16_t type = pending.query.type;
        begin_reply(dns::rcode::no_error, dns::flag::aa, envelope, writer);
        if (type == dns::type::TXT || type == dns::type::ANY)
            writer.set16(
                6, write_chaos_record(*chaos_text(set_.settings, pending.query.name), writer));
        writer.reserve(envelope.signature);
        if (envelope.opt.present) writer.set16(10, 1);
        envelope.opt.write(pending.query.edns, dns::rcode::no_error, writer);
        return {writer.size(), false};
    }

    Encoded answer(const Request& request, Pending& pending, const Envelope& envelope,
                   dns::MessageWriter& writer, Outcome& outcome) {
        Plan& plan = scratch_.plan;
        plan.clear();
        plan.dnssec = pending.query.edns.dnssec_ok;
        plan.chain[0] = dns::Name(pending.query.name);
        plan.chain_size = 1;
        Search& search = pending.search;
        search.position = search.zone->zone().locate(search.query);
        Composed composed =
            compose({*pending.view, request.client}, search, pending.query.type, plan, trace_);
        // RFC 1035 6.2: nobody can vouch for all classes.
        if (pending.query.rr_class == dns::rr_class::any) plan.authoritative = false;
        outcome.rcode = plan.rcode;
        classify(composed, search.query, outcome);
        Encoded encoded = encode(plan, envelope, writer, trace_);
        if constexpr (Tracer::kOn) trace_.plan = plan;
        return encoded;
    }

    // What rate limits count it as: its kind, and the name it is about.
    static void classify(const Composed& composed, const zones::Zone::Query& query,
                         Outcome& outcome) {
        const zones::Lookup& lookup = composed.first;
        uint64_t zone = uint64_t{outcome.zone->number()} + 1;
        size_t depth = lookup.encloser_labels;
        if (composed.no_name || composed.no_data) {
            outcome.kind = composed.no_name ? AnswerKind::no_name : AnswerKind::no_data;
            depth = 0;
        } else {
            outcome.kind = composed.referral ? AnswerKind::referral : AnswerKind::positive;
        }
        outcome.limit_hash = query.hashes[depth] ^ zone * 0x9e3779b97f4a7c15;
    }

    const Set& set_;
    Scratch::Impl& scratch_;
    dns::UnixTime now_;
    Tracer& trace_;
    size_t signatures_used_ = 0;
};

}  // namespace

void respond(const Set& set, std::span<const Request> requests, std::span<Outcome> outcomes,
             Scratch& scratch, dns::UnixTime now) {
    NoTrace trace;
    Responder<NoTrace> responder(set, *scratch, now, trace);
    for (size_t at = 0; at < requests.size(); at += kBatch) {
        size_t count = std::min(kBatch, requests.size() - at);
        responder.run(requests.subspan(at, count), outcomes.subspan(at, count));
    }
}

Outcome respond_traced(const Set& set, const Request& request, Scratch& scratch, dns::UnixTime now,
                       Trace& trace) {
    Outcome outcome;
    Responder<Trace>(set, *scratch, now, trace).run({&request, 1}, {&outcome, 1});
    return outcome;
}

Outcome slip_reply(const Set& set, const Request& request, const Outcome& answered,
                   dns::UnixTime now) {
    dns::Query query;
    Outcome outcome = answered;
    outcome.action = Action::silence;
    if (dns::read_query(request.message, query) != dns::Reading::good) return outcome;
    OptReply opt;
    opt.present = query.edns.present;
    opt.settings = &set.settings;
    opt.transport = request.client.transport;
    bool with_cookie = answered.cookie != dns::CookieState::none;
    if (with_cookie) {
        dns::write_cookie(set.settings.cookie_secrets, query.edns.cookie,
                          request.client.address.family_octets(), answered.cookie, now,
                          opt.cookie.data());
        opt.cookie_size = opt.cookie.size();
    }
    Envelope envelope{
        query, request.message, opt, std::min(dns::kClassicUdpSize, request.room.size()), 0, 0};
    dns::MessageWriter writer(request.room.data(), envelope.limit);
    // RFC 7873 5.4: who shows a cookie is told to come again with the new one, else over TCP.
    uint16_t rcode = with_cookie ? dns::rcode::bad_cookie : dns::rcode::no_error;
    Encoded encoded = encode_empty(rcode, with_cookie ? 0 : dns::flag::tc, envelope, writer);
    outcome.action = Action::reply;
    outcome.rcode = rcode;
    outcome.size = static_cast<uint32_t>(encoded.size);
    outcome.truncated = !with_cookie;
    return outcome;
}

}  // namespace server
