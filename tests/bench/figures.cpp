// The figures of a zone in memory, measured inside one process; tests/bench/run prints them as a
// table and says which fall short. Not a test: times are looked at, never asserted.
//
//   apex-figures memory   ORIGIN FILE   octets a record, over the empty process
//   apex-figures search   ORIGIN FILE   ns a search: hits, missing names, names below cuts
//   apex-figures versions ORIGIN FILE   a new version after changing 10 names, 1,000 times
//
// Each prints one JSON line.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "server/publish/disk_files.h"
#include "zoneparser/fields.h"
#include "zones/load.h"

namespace {

using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point start) {
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// Octets of this process that are in memory and its own.
size_t proportional_octets() {
    std::ifstream rollup("/proc/self/smaps_rollup");
    std::string line;
    while (std::getline(rollup, line))
        if (line.rfind("Pss:", 0) == 0) return std::stoull(line.substr(4)) * 1024;
    return 0;
}

struct Run {
    server::DiskFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings{severities};

    std::shared_ptr<const zones::Zone> load(const char* origin_text, const char* path) {
        dns::Name origin;
        std::string reason;
        if (!zoneparser::parse_name(origin_text, origin, reason)) return nullptr;
        zones::LoadOptions options;
        options.key = {1, 2};
        zones::Loader loader(files, sources, findings, options);
        return loader.load_file(path, origin).zone;
    }
};

int memory_figures(const char* origin, const char* path) {
    size_t empty = proportional_octets();
    Run run;
    auto zone = run.load(origin, path);
    if (!zone) return 1;
    malloc_trim(0);
    size_t full = proportional_octets();
    std::printf("{\"records\": %zu, \"names\": %zu, \"octets\": %zu, \"octets_a_record\": %.1f}\n",
                zone->record_count(), zone->name_count(), full - empty,
                double(full - empty) / double(zone->record_count()));
    return 0;
}

constexpr size_t kSearches = 400'000;
constexpr size_t kBatch = 64;

// Names as octets, shuffled; views into them.
struct Names {
    std::vector<uint8_t> octets;
    std::vector<std::pair<size_t, size_t>> spans;

    void add(const dns::Name& name) {
        spans.emplace_back(octets.size(), name.size());
        octets.insert(octets.end(), name.data(), name.data() + name.size());
    }
    dns::NameView view(size_t i) const {
        return {octets.data() + spans[i].first, spans[i].second};
    }
};

// The first label of `name` changed by an appended "x", or a label put before it.
dns::Name missing_sibling(dns::NameView name) {
    std::vector<uint8_t> octets(name.data(), name.data() + name.size());
    octets[0] = static_cast<uint8_t>(octets[0] + 1);
    octets.insert(octets.begin() + octets[0], 'x');
    return dns::Name(dns::NameView(octets.data(), octets.size()));
}

dns::Name child(dns::NameView name) {
    static constexpr uint8_t kLabel[] = {3, 'w', 'w', 'w'};
    dns::Name out;
    dns::Name::join(dns::NameView(kLabel, 4), name, out);
    return out;
}

void search(const zones::Zone& zone, const Names& names, const char* kind, bool last) {
    size_t count = names.spans.size();
    size_t seen = 0;
    auto start = Clock::now();
    for (size_t i = 0; i < count; ++i) seen += zone.locate(names.view(i)).encloser_labels;
    double one_by_one = ns_since(start) / double(count);

    std::vector<zones::Zone::Query> queries;
    std::vector<zones::Position> positions(kBatch);
    queries.reserve(kBatch);
    start = Clock::now();
    for (size_t i = 0; i + kBatch <= count; i += kBatch) {
        queries.clear();
        for (size_t k = 0; k < kBatch; ++k) queries.emplace_back(zone, names.view(i + k));
        zone.locate_all(queries, positions);
        seen += positions[0].encloser_labels;
    }
    double batched = ns_since(start) / double(count / kBatch * kBatch);
    std::printf("\"%s\": {\"count\": %zu, \"one_by_one_ns\": %.1f, \"batched_ns\": %.1f, "
                "\"seen\": %zu}%s",
                kind, count, one_by_one, batched, seen, last ? "}\n" : ", ");
}

int search_figures(const char* origin, const char* path) {
    Run run;
    auto zone = run.load(origin, path);
    if (!zone) return 1;
    std::mt19937_64 random(1);
    std::vector<uint32_t> ranks(zone->name_count());
    for (size_t i = 0; i < ranks.size(); ++i) ranks[i] = static_cast<uint32_t>(i);
    std::shuffle(ranks.begin(), ranks.end(), random);
    Names hits, missing, below_cuts;
    for (size_t i = 0; i < std::min(kSearches, ranks.size()); ++i) {
        zones::NodeView node = zone->base().by_rank(ranks[i]);
        if (node.is_apex()) continue;
        hits.add(dns::Name(node.name()));
        missing.add(missing_sibling(node.name()));
        if (node.has(zones::fact::cut)) below_cuts.add(child(node.name()));
    }
    std::printf("{\"names\": %zu, ", zone->name_count());
    search(*zone, hits, "hit", false);
    search(*zone, missing, "closest_encloser", below_cuts.spans.empty());
    if (!below_cuts.spans.empty()) search(*zone, below_cuts, "cut", true);
    return 0;
}

// Changes the address of ten random names, one RRset each.
zones::ChangeSet random_changes(const zones::Zone& zone, std::mt19937_64& random) {
    zones::ChangeSet changes;
    while (changes.changes.size() < 10) {
        size_t rank = random() % zone.base().name_count();
        dns::NameView name = zone.base().by_rank(rank).name();
        zones::NodeView node = zone.find(name);
        if (!node || node.is_empty()) continue;
        dns::Name owner = zone.absolute(name);
        bool twice = std::any_of(changes.changes.begin(), changes.changes.end(),
                                 [&](const auto& change) { return change.owner == owner; });
        if (twice) continue;
        zones::RrsetView old = node.find(dns::type::A);
        uint8_t address[4];
        for (uint8_t& octet : address) octet = static_cast<uint8_t>(random());
        std::vector<zones::LooseRecord> records{{dns::type::A, 3600, address, dns::Place()}};
        zones::RrsetChange change{owner, own(old), {}};
        zones::make_rrset(records, change.after);
        changes.changes.push_back(std::move(change));
    }
    return changes;
}

int version_figures(const char* origin, const char* path) {
    Run run;
    auto zone = run.load(origin, path);
    if (!zone) return 1;
    std::mt19937_64 random(1);
    std::vector<double> micros, kilobytes;
    size_t folds = 0;
    double fold_us = 0;
    for (int version = 0; version < 1000; ++version) {
        zones::ChangeSet changes = random_changes(*zone, random);
        size_t before = mallinfo2().uordblks;
        auto start = Clock::now();
        auto next = zone->apply(changes);
        micros.push_back(ns_since(start) / 1000);
        if (!next) return 1;
        kilobytes.push_back(double(mallinfo2().uordblks - before) / 1024);
        zone = *next;
        if (zone->wants_fold()) {
            start = Clock::now();
            zone = zone->fold();
            fold_us += ns_since(start) / 1000;
            ++folds;
        }
    }
    auto start = Clock::now();
    auto folded = zone->fold();
    double one_fold_us = ns_since(start) / 1000;
    // What the next fold will cost, shared by the versions that lead to it.
    double versions_a_fold = double(folded->name_count()) / 8 / 10;
    double sum = fold_us;
    for (double us : micros) sum += us;
    std::sort(micros.begin(), micros.end());
    std::sort(kilobytes.begin(), kilobytes.end());
    std::printf("{\"records\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"mean_us\": %.1f, "
                "\"p99_kib\": %.1f, \"folds\": %zu, \"one_fold_ms\": %.1f, "
                "\"mean_with_fold_us\": %.1f}\n",
                zone->record_count(), micros[500], micros[990], sum / 1000, kilobytes[990], folds,
                one_fold_us / 1000, sum / 1000 + (folds ? 0 : one_fold_us / versions_a_fold));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string what = argc == 4 ? argv[1] : "";
    int status = 2;
    if (what == "memory") status = memory_figures(argv[2], argv[3]);
    if (what == "search") status = search_figures(argv[2], argv[3]);
    if (what == "versions") status = version_figures(argv[2], argv[3]);
    if (status == 2) std::fprintf(stderr, "apex-figures memory|search|versions ORIGIN FILE\n");
    std::fflush(stdout);
    std::_Exit(status);
}
