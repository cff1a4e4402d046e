// What an answer costs without a socket: reads a zone and a file of queries ("name type" a line),
// and calls respond() in batches. Prints one JSON line. Measures, asserts nothing.
//
//   apex-respond ORIGIN ZONEFILE QUERYFILE [--do] [--plain] [--batch N] [--rounds N] [--size]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "dns/rr_types.h"
#include "server/answer/respond.h"
#include "server/publish/disk_files.h"
#include "zoneparser/fields.h"
#include "zones/load.h"

namespace {

struct Options {
    bool edns = true;
    bool dnssec = false;
    size_t batch = server::kBatch;
    size_t rounds = 3;
};

std::vector<uint8_t> make_query(const dns::Name& name, uint16_t type, const Options& options) {
    std::vector<uint8_t> message(dns::kHeaderSize);
    dns::store16(message.data(), static_cast<uint16_t>(type * 31 + name.size()));
    message[5] = 1;
    message[11] = options.edns ? 1 : 0;
    message.insert(message.end(), name.data(), name.data() + name.size());
    const uint8_t question[] = {static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 1};
    message.insert(message.end(), question, question + sizeof question);
    const uint8_t opt[] = {0, 0, 41, 4, 208, 0, 0, uint8_t(options.dnssec ? 0x80 : 0), 0, 0, 0};
    if (options.edns) message.insert(message.end(), opt, opt + sizeof opt);
    return message;
}

// All messages one behind the other, as a kernel would hand them over: read once, in order.
struct Queries {
    std::vector<uint8_t> octets;
    std::vector<size_t> ends{0};

    size_t size() const { return ends.size() - 1; }
    dns::Octets at(size_t i) const {
        return {octets.data() + ends[i], ends[i + 1] - ends[i]};
    }
};

Queries read_queries(const char* path, const Options& options) {
    Queries queries;
    std::ifstream file(path);
    std::string line, name_text, type_text, reason;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        dns::Name name;
        uint16_t type;
        if (!(words >> name_text >> type_text) || !dns::read_type(type_text, type) ||
            !zoneparser::parse_name(name_text, name, reason))
            continue;
        std::vector<uint8_t> message = make_query(name, type, options);
        queries.octets.insert(queries.octets.end(), message.begin(), message.end());
        queries.ends.push_back(queries.octets.size());
    }
    return queries;
}

std::shared_ptr<const server::Set> load_set(const char* origin_text, const char* path) {
    dns::Name origin;
    std::string reason;
    if (!zoneparser::parse_name(origin_text, origin, reason)) return nullptr;
    server::DiskFiles files;
    auto sources = std::make_shared<dns::Sources>();
    dns::Severities severities;
    dns::Findings findings(severities);
    zones::LoadOptions load_options;
    load_options.key = {1, 2};
    zones::Loaded loaded =
        zones::Loader(files, *sources, findings, load_options).load_file(path, origin);
    if (!loaded.zone) return nullptr;
    auto set = std::make_shared<server::Set>();
    set->settings.hash_key = load_options.key;
    auto view = std::make_shared<server::View>();
    view->name = "default";
    view->zones = server::ZoneTable(load_options.key);
    view->zones.put(std::make_shared<server::ServedZone>(
        origin, 0, loaded.zone, std::make_shared<server::ZoneOptions>(), sources));
    set->views.push_back(view);
    set->zone_numbers = 1;
    return set;
}

void measure(const server::Set& set, const Queries& queries, const Options& options) {
    constexpr size_t kRoom = 4096;
    std::vector<uint8_t> rooms(server::kBatch * kRoom);
    std::vector<server::Request> requests(server::kBatch);
    std::vector<server::Outcome> outcomes(server::kBatch);
    server::Scratch scratch;
    std::vector<double> times;
    uint64_t octets = 0, rcodes[16] = {}, truncated = 0;
    for (size_t round = 0; round < options.rounds; ++round) {
        octets = truncated = 0;
        std::fill(std::begin(rcodes), std::end(rcodes), 0);
        auto start = std::chrono::steady_clock::now();
        for (size_t at = 0; at < queries.size(); at += options.batch) {
            size_t count = std::min(options.batch, queries.size() - at);
            for (size_t i = 0; i < count; ++i) {
                requests[i].message = queries.at(at + i);
                requests[i].room = {rooms.data() + i * kRoom, kRoom};
            }
            server::respond(set, {requests.data(), count}, {outcomes.data(), count}, scratch, 1);
            for (size_t i = 0; i < count; ++i) {
                octets += outcomes[i].size;
                ++rcodes[outcomes[i].rcode & 15];
                truncated += outcomes[i].truncated;
            }
        }
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        times.push_back(took.count() / static_cast<double>(queries.size()));
    }
    std::sort(times.begin(), times.end());
    std::printf("{\"queries\":%zu,\"ns\":%.0f,\"octets\":%.1f,\"noerror\":%lu,\"nxdomain\":%lu,"
                "\"other\":%lu,\"truncated\":%lu}\n",
                queries.size(), times[times.size() / 2],
                static_cast<double>(octets) / static_cast<double>(queries.size()), rcodes[0],
                rcodes[3], queries.size() - rcodes[0] - rcodes[3], truncated);
}

}  // namespace

int main(int count, char** words) {
    Options options;
    std::vector<const char*> operands;
    for (int i = 1; i < count; ++i) {
        std::string word = words[i];
        if (word == "--do") options.dnssec = true;
        else if (word == "--plain") options.edns = false;
        else if (word == "--batch" && i + 1 < count) options.batch = std::stoul(words[++i]);
        else if (word == "--rounds" && i + 1 < count) options.rounds = std::stoul(words[++i]);
        else operands.push_back(words[i]);
    }
    options.batch = std::clamp<size_t>(options.batch, 1, server::kBatch);
    if (operands.size() != 3) {
        std::fprintf(stderr, "usage: apex-respond ORIGIN ZONEFILE QUERYFILE [--do] [--plain] "
                             "[--batch N] [--rounds N]\n");
        return 2;
    }
    auto set = load_set(operands[0], operands[1]);
    auto queries = read_queries(operands[2], options);
    if (!set || queries.size() == 0) {
        std::fprintf(stderr, "apex-respond: the zone or the queries could not be read\n");
        return 1;
    }
    measure(*set, queries, options);
    return 0;
}
