// The figures of a zone in memory, measured inside one process; tests/bench/run prints them as a
// table and says which fall short. Not a test: times are looked at, never asserted.
//
//   apex-figures memory   ORIGIN FILE   octets a record, over the empty process
//   apex-figures search   ORIGIN FILE   ns a search: hits, missing names, names below cuts
//   apex-figures versions ORIGIN FILE   a new version after changing 10 names, 1,000 times
//   apex-figures overlays ORIGIN FILE   1,000 patches of 10 records over the zone: memory and time
//   apex-figures denial   OWNERS        ns a search for who denies a name, NSEC and NSEC3
//   apex-figures views                   ns to choose a view, for 1 and 100,000 networks
//   apex-figures many     LIST FOLDER   time and octets a zone, for zones of "ORIGIN FILE" a line
//
// Each prints one JSON line.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "server/publish/disk_files.h"
#include "tests/bench/view_figures.h"
#include "zoneparser/fields.h"
#include "zones/load.h"
#include "zones/overlay.h"

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
        auto zone = loader.load_file(path, origin).zone;
        if (zone != nullptr) zone->base().gather_pages();  // as a server does
        return zone;
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
    dns::NameView view(size_t i) const { return {octets.data() + spans[i].first, spans[i].second}; }
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

    std::vector<zones::Zone::Query> queries(kBatch);
    std::vector<zones::Zone::QueryMemory> memory(kBatch);
    std::vector<zones::Position> positions(kBatch);
    start = Clock::now();
    for (size_t i = 0; i + kBatch <= count; i += kBatch) {
        for (size_t k = 0; k < kBatch; ++k) queries[k] = zone.query(names.view(i + k), memory[k]);
        zone.locate_all(queries, positions);
        seen += positions[0].encloser_labels;
    }
    double batched = ns_since(start) / double(count / kBatch * kBatch);
    std::printf(
        "\"%s\": {\"count\": %zu, \"one_by_one_ns\": %.1f, \"batched_ns\": %.1f, "
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
    std::printf(
        "{\"records\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"mean_us\": %.1f, "
        "\"p99_kib\": %.1f, \"folds\": %zu, \"one_fold_ms\": %.1f, "
        "\"mean_with_fold_us\": %.1f}\n",
        zone->record_count(), micros[500], micros[990], sum / 1000, kilobytes[990], folds,
        one_fold_us / 1000, sum / 1000 + (folds ? 0 : one_fold_us / versions_a_fold));
    return 0;
}

// A patch as an operator writes one: names of the zone that have other addresses here, names that
// exist here only, and one that does not.
std::string patch_text(const zones::Zone& zone, std::mt19937_64& random, int number) {
    std::string text = "$TTL 300\n";
    auto address = [&] {
        return "10." + std::to_string(random() % 256) + "." + std::to_string(random() % 256) +
               ".1\n";
    };
    for (int records = 0; records < 10;) {
        zones::NodeView node = zone.base().by_rank(1 + random() % (zone.base().name_count() - 1));
        if (!node.owns(dns::type::A)) continue;
        std::string owner = dns::to_text(zone.absolute(node.name()));
        switch (records++) {
            case 0:
                text += "$REMOVE " + owner + " A\n";
                [[fallthrough]];
            case 1:
            case 2:
            case 3:
            case 4:
                text += "only-here-" + std::to_string(number * 10 + records) + " A " + address();
                break;
            default:
                text += "$REPLACE " + owner + " A\n" + owner + " A " + address();
        }
    }
    return text;
}

int overlay_figures(const char* origin_text, const char* path) {
    Run run;
    auto zone = run.load(origin_text, path);
    if (!zone) return 1;
    constexpr int kOverlays = 1000;
    std::mt19937_64 random(1);
    std::vector<std::string> texts;
    for (int i = 0; i < kOverlays; ++i) texts.push_back(patch_text(*zone, random, i));
    malloc_trim(0);
    size_t base = proportional_octets(), allocated = mallinfo2().uordblks;
    struct Made {
        std::shared_ptr<const zones::Patch> patch;
        std::shared_ptr<const dns::Sources> patch_sources, sources;
        std::shared_ptr<const zones::Zone> zone;
    };
    std::vector<Made> made;
    for (const std::string& text : texts) {
        auto sources = std::make_shared<dns::Sources>();
        zones::PatchLoader loader(run.files, *sources, run.findings, {});
        auto patch = loader
                         .load_text(text, {dns::SourceKind::text, "patch", {}, nullptr},
                                    dns::Name(zone->origin()))
                         .patch;
        if (!patch) return 1;
        made.push_back({std::move(patch), std::move(sources), nullptr, nullptr});
    }
    size_t patches = mallinfo2().uordblks - allocated;
    auto base_sources = std::make_shared<const dns::Sources>();
    auto start = Clock::now();
    auto pointers = std::make_unique<zones::Pointers>(*zone);
    zones::OverlayOptions options;
    options.pointers = pointers.get();
    pointers->at(dns::NameView(), [](const zones::NodeView&) { return true; });
    double pointers_ms = ns_since(start) / 1e6;
    start = Clock::now();
    for (Made& one : made) {
        one.zone = zones::overlay(*zone, *one.patch, run.findings, options);
        one.sources = zones::joined_sources(base_sources, *one.patch_sources);
        if (!one.zone) return 1;
    }
    double overlays_ms = ns_since(start) / 1e6;
    size_t pointers_octets = pointers->memory();
    pointers.reset();
    size_t octets = mallinfo2().uordblks - allocated;
    malloc_trim(0);
    std::printf(
        "{\"records\": %zu, \"overlays\": %d, \"pointers_ms\": %.1f, \"overlays_ms\": %.1f, "
        "\"octets_an_overlay\": %zu, \"allocated_an_overlay\": %zu, \"of_its_patch\": %zu, "
        "\"pointers_octets\": %zu}\n",
        zone->record_count(), kOverlays, pointers_ms, overlays_ms,
        (proportional_octets() - base) / kOverlays, octets / kOverlays, patches / kOverlays,
        pointers_octets);
    return 0;
}

std::string hash_text(std::mt19937_64& random) {
    static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
    std::string text;
    for (int i = 0; i < 32; ++i) text += kDigits[random() % 32];
    return text;
}

std::string word_text(std::mt19937_64& random) {
    static constexpr const char* kSyllables[] = {"ba", "ce", "do", "fi", "ga", "he", "ko", "lu"};
    std::string text;
    for (int i = 0; i < 3; ++i) text += kSyllables[random() % 8];
    return text + std::to_string(random() % 99999989);
}

void denial_search(size_t owners, bool hashed) {
    std::mt19937_64 random(1);
    std::string text = "@ 60 SOA . . 1 1 1 1 1\n@ 60 NS ns.example.\n";
    text += hashed ? "@ 60 NSEC3PARAM 1 0 0 -\n" : "@ 60 NSEC bench. NS\n";
    auto name = [&] { return hashed ? hash_text(random) : word_text(random); };
    for (size_t i = 0; i < owners; ++i)
        text += name() + (hashed ? " 60 NSEC3 1 0 0 - " + hash_text(random) + " A\n"
                                 : std::string(" 60 NSEC bench. A\n"));
    Run run;
    dns::Name origin;
    std::string reason;
    zoneparser::parse_name("bench", origin, reason);
    zones::Loader loader(run.files, run.sources, run.findings, {});
    auto zone = loader.load_text(text, {dns::SourceKind::text, "text", {}, nullptr}, origin).zone;
    if (!zone) return;
    std::vector<std::string> questions(kSearches);
    for (std::string& question : questions) {
        std::string label = name();
        question = static_cast<char>(label.size()) + label;
    }
    size_t seen = 0;
    auto start = Clock::now();
    for (const std::string& question : questions)
        seen += zone->denial_at_or_before(
                        {reinterpret_cast<const uint8_t*>(question.data()), question.size()})
                    .head()
                    .rank;
    std::printf("\"%s_ns\": %.1f, \"seen\": %zu%s", hashed ? "nsec3" : "nsec",
                ns_since(start) / double(questions.size()), seen, hashed ? "}\n" : ", ");
}

int denial_figures(const char* owners) {
    std::printf("{\"owners\": %s, ", owners);
    denial_search(std::stoul(owners), false);
    denial_search(std::stoul(owners), true);
    return 0;
}

int many_figures(const char* list, const std::string& folder) {
    std::vector<std::pair<dns::Name, std::string>> wanted;
    std::ifstream lines(list);
    std::string origin_text, path;
    while (lines >> origin_text >> path) {
        std::string reason;
        dns::Name origin;
        if (zoneparser::parse_name(origin_text, origin, reason))
            wanted.emplace_back(origin, folder + "/" + path);
    }
    Run run;
    zones::LoadOptions options;
    options.key = {1, 2};
    zones::Loader loader(run.files, run.sources, run.findings, options);
    std::vector<std::shared_ptr<const zones::Zone>> loaded;
    loaded.reserve(wanted.size());
    size_t empty = proportional_octets();
    size_t allocated = mallinfo2().uordblks, records = 0, octets = 0;
    auto start = Clock::now();
    std::clock_t start_cpu = std::clock();
    for (const auto& [origin, file] : wanted) {
        auto zone = loader.load_file(file, origin).zone;
        if (!zone) return 1;
        records += zone->record_count();
        loaded.push_back(std::move(zone));
    }
    double us = ns_since(start) / 1000;
    double cpu_us = double(std::clock() - start_cpu) / CLOCKS_PER_SEC * 1e6;
    double zones = double(loaded.size());
    for (const auto& zone : loaded) octets += zone->base().memory();
    std::printf(
        "{\"zones\": %.0f, \"records\": %zu, \"us_a_zone\": %.1f, "
        "\"cpu_us_a_zone\": %.1f, \"allocated_a_zone\": %.0f, \"base_a_zone\": %.0f, "
        "\"octets_a_zone\": %.0f}\n",
        zones, records, us / zones, cpu_us / zones,
        double(mallinfo2().uordblks - allocated) / zones, double(octets) / zones,
        double(proportional_octets() - empty) / zones);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string what = argc >= 3 ? argv[1] : "";
    if (argc == 2 && std::string(argv[1]) == "views") return view_figures();
    if (argc != (what == "denial" ? 3 : 4)) what.clear();
    int status = 2;
    if (what == "memory") status = memory_figures(argv[2], argv[3]);
    if (what == "search") status = search_figures(argv[2], argv[3]);
    if (what == "overlays") status = overlay_figures(argv[2], argv[3]);
    if (what == "versions") status = version_figures(argv[2], argv[3]);
    if (what == "denial") status = denial_figures(argv[2]);
    if (what == "many") status = many_figures(argv[2], argv[3]);
    if (status == 2)
        std::fprintf(stderr,
                     "apex-figures memory|search|versions|overlays|denial|views|many ...\n");
    std::fflush(stdout);
    std::_Exit(status);
}
