// Whole answers: over random zones, views and requests, respond() says what the reference expects,
// and a batch says what its requests say one by one. A hundred thousand requests; a million in a
// long run.
#include <doctest/doctest.h>

#include "tests/properties/answer_zone.h"
#include "tests/properties/random_zone.h"
#include "tests/reference/message_comparison.h"
#include "tests/scenarios/served.h"
#include "tests/support/octets.h"

namespace apex_tests {

using reference::Asker;
using reference::Name;
using reference::World;

namespace {

// One zone of the world as it was made, so that it can be made again with fewer records.
struct ZonePlan {
    Name origin;
    Records records;
    Signing signing = Signing::none;
    uint64_t seed = 0;
};
struct WorldPlan {
    std::vector<ZonePlan> zones;
    bool follow_view = false;
    World settings;
};

World make_world(const WorldPlan& plan) {
    World world = plan.settings;
    world.views[0].follow_view = plan.follow_view;
    for (const ZonePlan& zone : plan.zones) {
        reference::ServedZone served;
        served.name = zone.origin;
        served.records = with_chain(zone.origin, zone.records, zone.signing, zone.seed);
        served.zone.emplace(zone.origin, served.records);
        world.views[0].zones.push_back(std::move(served));
    }
    return world;
}

class Cases {
  public:
    explicit Cases(Random& random) : random_(random) {}

    WorldPlan world() {
        WorldPlan plan;
        Name origin = random_origin(random_);
        add_zone(plan, origin, random_.one_in(10) ? 60u : 20u);
        if (random_.one_in(3)) add_zone(plan, reference::from_text("elsewhere.test."), 8);
        // A child at one of the cuts, or anywhere; a parent.
        if (random_.one_in(3)) {
            std::vector<Name> cuts;
            for (const reference::Record& record : plan.zones[0].records)
                if (record.type == reference::type::NS) cuts.push_back(record.owner);
            Name child = random_.one_in(3) || cuts.empty()
                             ? random_.pick(plan.zones[0].records).owner
                             : random_.pick(cuts);
            add_zone(plan, child, 8);
        }
        if (random_.one_in(5) && !origin.empty())
            add_zone(plan, reference::last_labels(origin, random_.below(origin.size())), 8);
        plan.follow_view = random_.one_in(2);
        plan.settings.cookies = !random_.one_in(4);
        if (random_.one_in(2)) plan.settings.nsid = "somewhere";
        static constexpr uint16_t kSizes[] = {512, 1232, 1232, 1400, 4096};
        plan.settings.udp_size = random_.pick(kSizes);
        return plan;
    }

    std::string request(const World& world) {
        const auto& zones = world.views[0].zones;
        reference::Ask ask;
        const reference::ServedZone& zone = random_.one_in(3) ? random_.pick(zones) : zones[0];
        ask.name = ZoneMaker(random_, zone.name).question(*zone.zone);
        if (random_.one_in(4)) ask.name = random_.pick(zone.zone->rrsets()).owner;
        static constexpr uint16_t kMore[] = {35, 64, 65, 43, 48, 0, 41, 128, 250, 252};
        ask.type = random_.one_in(8) ? random_.pick(kMore) : random_type(random_);
        if (random_.one_in(4) && zone.zone->exists(ask.name))
            for (const reference::Rrset& rrset : zone.zone->rrsets_at(ask.name))
                if (random_.one_in(2)) ask.type = rrset.type;
        static constexpr uint16_t kClasses[] = {3, 254, 255, 77};
        if (random_.one_in(40)) ask.rr_class = random_.pick(kClasses);
        ask.id = static_cast<uint16_t>(random_.word());
        if (random_.one_in(4)) ask.flags = static_cast<uint16_t>(random_.word() & 0x07ff);
        if (!random_.one_in(3)) ask.edns = edns();
        std::string octets = to_octets(ask);
        if (random_.one_in(50))
            octets[random_.below(octets.size())] = static_cast<char>(random_.word());
        return octets;
    }

    Asker asker() {
        Asker asker;
        if (random_.one_in(4)) asker.transport = reference::Transport::tcp;
        if (random_.one_in(4)) asker.address = "2001:db8::17";
        return asker;
    }

  private:
    void add_zone(WorldPlan& plan, const Name& origin, size_t names) {
        for (const ZonePlan& other : plan.zones)
            if (reference::same(other.origin, origin)) return;
        ZonePlan zone{origin, ZoneMaker(random_, origin).make({1, names}), random_signing(random_),
                      random_.word()};
        add_services(random_, origin, zone.records);
        plan.zones.push_back(std::move(zone));
    }

    reference::Edns edns() {
        static constexpr uint16_t kSizes[] = {0, 512, 513, 600, 800, 1232, 4096, 65535};
        reference::Edns edns;
        edns.udp_size = random_.pick(kSizes);
        edns.dnssec_ok = !random_.one_in(3);
        if (random_.one_in(60)) edns.version = 1;
        static constexpr uint16_t kOptions[] = {3, 9, 11, 12, 19, 65001};
        for (uint16_t code : kOptions)
            if (random_.one_in(12)) edns.options.push_back({code, ""});
        static constexpr size_t kCookies[] = {8, 8, 16, 24, 40, 7};
        if (random_.one_in(5)) edns.options.push_back({10, random_.octets(random_.pick(kCookies))});
        return edns;
    }

    Random& random_;
};

std::string outcome_differences(const reference::Message& reply, const Reply& got,
                                const std::vector<reference::Expected>& expected) {
    std::string said;
    const server::Outcome& outcome = got.outcome;
    if (outcome.rcode != reply.rcode()) said += "the outcome has another rcode\n";
    if (outcome.truncated != reply.has(0x0200)) said += "the outcome disagrees about tc\n";
    if (outcome.size != reply.size) said += "the outcome has another size\n";
    using reference::Kind;
    static constexpr std::pair<Kind, server::AnswerKind> kKinds[] = {
        {Kind::positive, server::AnswerKind::positive},
        {Kind::no_data, server::AnswerKind::no_data},
        {Kind::no_name, server::AnswerKind::no_name},
        {Kind::referral, server::AnswerKind::referral},
        {Kind::error, server::AnswerKind::error}};
    if (expected.size() == 1)
        for (auto& [wanted, kind] : kKinds)
            if (expected.front().kind == wanted && outcome.kind != kind)
                said += "the outcome is of another kind\n";
    return said;
}

std::string answer_differences(const World& world, const std::string& request, const Asker& asker,
                               const Reply& got) {
    std::vector<reference::Expected> expected =
        reference::expected_replies(world, octets_of(request), asker);
    if (expected.front().silent != got.octets.empty())
        return got.octets.empty() ? "there is no reply\n" : "there is a reply\n";
    if (got.octets.empty()) return "";
    std::string why, said;
    std::optional<reference::Message> reply = reference::read_message(got.span(), why);
    if (!reply) return "the reply cannot be read: " + why + "\n";
    if (expected.front().doubtful) return "";
    for (const std::string& sentence : differences(expected, octets_of(request), *reply, world))
        said += sentence + (sentence.ends_with('\n') ? "" : "\n");
    said += outcome_differences(*reply, got, expected);
    if (said.empty()) return "";
    return said + "the reply is: " + to_text(*reply);
}

std::string request_text(const std::string& request, const Asker& asker, const World& world) {
    std::string text = asker.transport == reference::Transport::udp ? "UDP" : "TCP";
    reference::ReadRequest read = reference::read_request(octets_of(request));
    if (read.message.question)
        text += " " + reference::to_text(read.message.question->name) + " type " +
                std::to_string(read.message.question->type);
    if (read.message.edns)
        text += " EDNS " + std::to_string(read.message.edns->udp_size) +
                (read.message.edns->dnssec_ok ? " do" : "");
    text += world.views[0].follow_view ? ", follow view" : "";
    return text + ", " + to_hex(octets_of(request)) + "\n";
}

Complaint one_world(Random& random, server::Scratch& scratch) {
    Cases cases(random);
    WorldPlan plan = cases.world();
    World world = make_world(plan);
    server::Set set = make_set(world);
    for (size_t requests = 100; requests > 0; --requests) {
        std::string request = cases.request(world);
        Asker asker = cases.asker();
        if (answer_differences(world, request, asker, ask(set, request, asker, scratch)).empty())
            continue;
        std::string others;
        for (size_t i = 1; i < plan.zones.size(); ++i)
            others += "also served: " + reference::to_text(plan.zones[i].origin) + "\n";
        return smallest_complaint(
            plan.zones[0].origin, plan.zones[0].records, [&](const Records& fewer) -> Complaint {
                WorldPlan smaller = plan;
                smaller.zones[0].records = fewer;
                World less = make_world(smaller);
                // A zone without a SOA is not one.
                if (!less.views[0].zones[0].zone->rrset(plan.zones[0].origin, reference::type::SOA))
                    return "";
                server::Set now = make_set(less);
                std::string said =
                    answer_differences(less, request, asker, ask(now, request, asker, scratch));
                if (said.empty()) return "";
                return request_text(request, asker, less) + others + "signing " +
                       std::to_string(static_cast<int>(plan.zones[0].signing)) + "\n" + said;
            });
    }
    return "";
}

}  // namespace

TEST_CASE("whole answers are as the reference expects them") {
    server::Scratch scratch;
    for_all("respond", 1000, [&](Random& random) { return one_world(random, scratch); });
}

TEST_CASE("a batch answers as its requests one by one") {
    server::Scratch scratch;
    for_all("batch", 200, [&](Random& random) -> Complaint {
        Cases cases(random);
        World world = make_world(cases.world());
        server::Set set = make_set(world);
        set.settings.rotate = random.one_in(3);
        size_t count = random.between(1, 150);
        std::vector<std::string> requests;
        std::vector<std::vector<uint8_t>> rooms(count);
        std::vector<server::Request> batch;
        std::vector<Asker> askers;
        for (size_t i = 0; i < count; ++i) {
            requests.push_back(cases.request(world));
            askers.push_back(cases.asker());
            rooms[i].resize(askers[i].transport == reference::Transport::udp ? 4096 : 65535);
        }
        for (size_t i = 0; i < count; ++i)
            batch.push_back({octets_of(requests[i]), client_of(askers[i]), rooms[i]});
        std::vector<server::Outcome> outcomes(count);
        server::respond(set, batch, outcomes, scratch, 1'700'000'000);
        for (size_t i = 0; i < count; ++i) {
            Reply alone = ask(set, requests[i], askers[i], scratch);
            std::string in_batch;
            if (outcomes[i].action == server::Action::reply)
                in_batch.assign(reinterpret_cast<const char*>(rooms[i].data()), outcomes[i].size);
            if (in_batch != alone.octets || outcomes[i].limit_hash != alone.outcome.limit_hash ||
                outcomes[i].kind != alone.outcome.kind || outcomes[i].zone != alone.outcome.zone)
                return "request " + std::to_string(i) + " of " + std::to_string(count) + ": " +
                       request_text(requests[i], askers[i], world) +
                       "alone: " + to_hex(alone.span()) +
                       "\nin the batch: " + to_hex(octets_of(in_batch));
        }
        return "";
    });
}

}  // namespace apex_tests
