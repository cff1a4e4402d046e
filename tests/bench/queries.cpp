#include "queries.h"

#include <getopt.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

namespace bench {

namespace {

constexpr size_t kHeader = 12;
constexpr uint16_t kOptSize = 1232;

struct TypeName {
    const char* name;
    int number;
};
constexpr TypeName kTypes[] = {{"A", 1},       {"NS", 2},     {"CNAME", 5},  {"SOA", 6},
                               {"HINFO", 13},  {"MX", 15},    {"TXT", 16},   {"AAAA", 28},
                               {"SRV", 33},    {"NAPTR", 35}, {"DNAME", 39}, {"DS", 43},
                               {"DNSKEY", 48}, {"HTTPS", 65}, {"ANY", 255},  {"CAA", 257}};

int type_number(const std::string& name) {
    for (const TypeName& type : kTypes)
        if (name == type.name) return type.number;
    std::cerr << "queries: no type " << name << "\n";
    std::exit(2);
}

void put16(std::vector<uint8_t>& to, unsigned value) {
    to.push_back(static_cast<uint8_t>(value >> 8));
    to.push_back(static_cast<uint8_t>(value));
}

void put_name(std::vector<uint8_t>& to, const std::string& name) {
    std::istringstream labels(name);
    for (std::string label; std::getline(labels, label, '.');) {
        if (label.empty()) continue;
        to.push_back(static_cast<uint8_t>(label.size()));
        to.insert(to.end(), label.begin(), label.end());
    }
    to.push_back(0);
}

void put_query(std::vector<uint8_t>& to, const std::string& name, int type, Edns edns) {
    const uint8_t header[kHeader] = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, edns != Edns::none};
    to.insert(to.end(), header, header + kHeader);
    put_name(to, name);
    put16(to, static_cast<unsigned>(type));
    put16(to, 1);
    if (edns == Edns::none) return;
    to.push_back(0);
    put16(to, 41);
    put16(to, kOptSize);
    put16(to, 0);
    put16(to, edns == Edns::dnssec ? 0x8000 : 0);
    put16(to, 0);
}

std::string beside(const std::string& path, const char* ending) {
    return path.substr(0, path.size() - 2) + ending;
}

unsigned load16(const uint8_t* from) {
    return unsigned{from[0]} << 8 | from[1];
}

uint64_t mix(uint64_t hash, uint8_t octet) {
    return (hash ^ octet) * 0x100000001b3;
}

uint8_t lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet + 32) : octet;
}

void set(const OptionRow& row, const char* value) {
    if (auto* flag = std::get_if<bool*>(&row.target)) **flag = true;
    if (auto* port = std::get_if<uint16_t*>(&row.target))
        **port = static_cast<uint16_t>(std::strtoul(value, nullptr, 10));
    if (auto* count = std::get_if<size_t*>(&row.target)) **count = std::strtoul(value, nullptr, 10);
    if (auto* number = std::get_if<double*>(&row.target)) **number = std::atof(value);
    if (auto* text = std::get_if<std::string*>(&row.target)) **text = value;
}

// Reads an answer once, record by record.
class Digester {
  public:
    Digester(const uint8_t* octets, size_t size) : octets_(octets), size_(size) {}

    uint64_t run() {
        if (size_ < kHeader) return 0;
        uint64_t hash = mix(mix(kStart, octets_[3] & 15), octets_[2] & 6);
        for (unsigned left = load16(octets_ + 4); left && good_; --left) {
            name(kStart);
            at_ += 4;
        }
        unsigned answers = load16(octets_ + 6);
        uint64_t sum = records(answers);
        if (answers == 0) sum = records(load16(octets_ + 8));
        return good_ ? (hash + sum) | 1 : 0;
    }

  private:
    static constexpr uint64_t kStart = 0xcbf29ce484222325;
    const uint8_t* octets_;
    size_t size_;
    size_t at_ = kHeader;
    bool good_ = true;

    bool room(size_t octets) {
        if (at_ + octets > size_) good_ = false;
        return good_;
    }

    // A name where at_ is, with or without compression, into the hash.
    uint64_t name(uint64_t hash) {
        size_t at = at_;
        bool jumped = false;
        for (int labels = 0; labels < 256; ++labels) {
            if (at >= size_) break;
            uint8_t length = octets_[at];
            if (length >= 0xc0) {
                if (at + 2 > size_) break;
                if (!jumped) at_ = at + 2;
                jumped = true;
                at = load16(octets_ + at) & 0x3fff;
                continue;
            }
            if (at + 1 + length > size_) break;
            for (size_t k = at; k <= at + length; ++k) hash = mix(hash, lower(octets_[k]));
            at += size_t{length} + 1;
            if (length == 0) {
                if (!jumped) at_ = at;
                return hash;
            }
        }
        good_ = false;
        return hash;
    }

    // The sum over the records: their order does not matter.
    uint64_t records(unsigned count) {
        uint64_t sum = 0;
        for (; count && good_; --count) {
            uint64_t hash = name(kStart);
            if (!room(10)) return 0;
            unsigned type = load16(octets_ + at_);
            for (size_t k = 0; k < 8; ++k) hash = mix(hash, octets_[at_ + k]);
            size_t end = at_ + 10 + load16(octets_ + at_ + 8);
            at_ += 10;
            if (end > size_) good_ = false;
            if (good_) hash = rdata(hash, type, end);
            sum += hash * 0x9e3779b97f4a7c15;
        }
        return sum;
    }

    uint64_t rdata(uint64_t hash, unsigned type, size_t end) {
        size_t plain = type == 15 ? 2 : type == 33 ? 6 : 0;
        int names = type == 6                                                     ? 2
                    : type == 2 || type == 5 || type == 12 || type == 39 || plain ? 1
                                                                                  : 0;
        for (; plain && at_ < end; --plain) hash = mix(hash, octets_[at_++]);
        for (; names && at_ < end; --names) hash = name(hash);
        while (at_ < end) hash = mix(hash, octets_[at_++]);
        return hash;
    }
};

}  // namespace

void read_options(int count, char** words, LoadOptions& common, std::vector<OptionRow> rows) {
    rows.insert(rows.end(), {{"port", &common.port},
                             {"queries", &common.queries},
                             {"seconds", &common.seconds},
                             {"outstanding", &common.outstanding},
                             {"edns", &common.with_edns},
                             {"do", &common.dnssec_ok}});
    std::vector<option> table;
    for (const OptionRow& row : rows)
        table.push_back({row.name, !std::holds_alternative<bool*>(row.target), nullptr, 0});
    table.push_back({nullptr, 0, nullptr, 0});
    int place = 0;
    for (int found; (found = getopt_long(count, words, "", table.data(), &place)) != -1;) {
        if (found != 0) std::exit(2);
        set(rows[static_cast<size_t>(place)], optarg);
    }
    if (!common.queries.empty()) return;
    std::cerr << words[0] << ": --queries FILE is missing\n";
    std::exit(2);
}

Queries read_queries(const std::string& path, Edns edns) {
    Queries queries;
    std::ifstream file(path);
    for (std::string name, type; file >> name >> type;) {
        queries.begins.push_back(queries.octets.size());
        put_query(queries.octets, name, type_number(type), edns);
    }
    queries.begins.push_back(queries.octets.size());
    if (queries.count() == 0) {
        std::cerr << "queries: " << path << " has none\n";
        std::exit(2);
    }
    std::ifstream letters(beside(path, ".exp"));
    for (std::string letter; letters >> letter;) queries.letters += letter[0];
    if (!queries.letters.empty()) queries.letters.resize(queries.count());
    return queries;
}

bool as_expected(char letter, const uint8_t* answer, size_t size) {
    if (size < kHeader || !(answer[2] & 0x80)) return false;
    unsigned rcode = answer[3] & 15, answers = load16(answer + 6), authority = load16(answer + 8);
    switch (letter) {
        case 'A':
            return rcode == 0 && answers > 0;
        case 'R':
            return rcode == 0 && answers == 0 && authority > 0;
        case 'N':
            return rcode == 0 && answers == 0;
        case 'X':
            return rcode == 3 && answers == 0;
        case 'T':
            return rcode == 0 && (answer[2] & 2);
        default:
            return true;
    }
}

uint64_t digest(const uint8_t* answer, size_t size) {
    return Digester(answer, size).run();
}

double seconds_now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void Histogram::add(double seconds) {
    double microseconds = std::max(seconds * 1e6, 1e-3);
    double place = std::max(0.0, 16 * (std::log2(microseconds) + 2));
    ++buckets_[std::min(kBuckets - 1, static_cast<size_t>(place))];
    ++count_;
    most_ = std::max(most_, microseconds);
}

double Histogram::microseconds_at(double share) const {
    double wanted = share * static_cast<double>(count_);
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
        seen += buckets_[bucket];
        if (seen && static_cast<double>(seen) >= wanted)
            return std::exp2(static_cast<double>(bucket + 1) / 16 - 2);
    }
    return 0;
}

const OpenQueries::Slot* OpenQueries::close(const uint8_t* answer, size_t size) {
    Slot* slot = size < kHeader ? nullptr : &slots[load16(answer)];
    if (!slot || !slot->open) return nullptr;
    slot->open = false;
    --count;
    return slot;
}

void Outcome::add(const uint8_t* answer, size_t size, double seconds_waited) {
    ++answered;
    octets += size;
    truncated += (answer[2] & 2) != 0;
    times.add(seconds_waited);
}

void Outcome::print() const {
    double answers = std::max(1.0, static_cast<double>(answered));
    std::printf(
        "{\"sent\": %lu, \"answered\": %lu, \"lost\": %lu, \"wrong\": %lu, \"stray\": %lu, "
        "\"truncated\": %lu, \"seconds\": %.3f, \"rate\": %.0f, \"octets\": %.1f, "
        "\"p50\": %.0f, \"p99\": %.0f, \"p999\": %.0f, \"most\": %.0f, \"first_wrong\": \"%s\"}\n",
        sent, answered, lost, wrong, stray, truncated, seconds,
        static_cast<double>(answered) / seconds, static_cast<double>(octets) / answers,
        times.microseconds_at(0.5), times.microseconds_at(0.99), times.microseconds_at(0.999),
        times.most(), first_wrong.c_str());
}

}  // namespace bench
