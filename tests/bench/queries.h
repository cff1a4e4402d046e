// What the load generators share: options, queries from a file of gen_zone, and the check of their
// answers.
//
//   NAME.q    "name type" a line        ->  messages, ready to be sent, but for the id
//   NAME.exp  a letter a line           ->  what the answer must be: A R N X (see gen_zone)
//   NAME.sum  64 bits a query           ->  the digest of the whole answer, from a first pass
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace bench {

enum class Edns { none, plain, dnssec };

struct LoadOptions {
    uint16_t port = 53;
    std::string queries;
    double seconds = 5;
    size_t outstanding = 0;
    bool with_edns = false, dnssec_ok = false;

    Edns edns() const { return dnssec_ok ? Edns::dnssec : with_edns ? Edns::plain : Edns::none; }
};

// "--name VALUE" sets what it points to; a bool needs no value.
struct OptionRow {
    const char* name;
    std::variant<bool*, uint16_t*, size_t*, double*, std::string*> target;
};

// Reads what is common, and the rows of the generator's own. Ends the program where a word is
// wrong or no file of queries is named.
void read_options(int count, char** words, LoadOptions& common, std::vector<OptionRow> rows);

struct Queries {
    std::vector<uint8_t> octets;
    std::vector<size_t> begins;  // one more than there are queries
    std::string letters;         // empty, or one a query
    std::vector<uint64_t> digests;

    size_t count() const { return begins.size() - 1; }
    const uint8_t* message(size_t number) const { return octets.data() + begins[number]; }
    size_t size(size_t number) const { return begins[number + 1] - begins[number]; }
};

// Ends the program with a sentence where a file cannot be read.
Queries read_queries(const std::string& path, Edns edns);

// Whether an answer is what its letter says, and whole; `letter` 0: any answer is.
bool as_expected(char letter, const uint8_t* answer, size_t size);

// All that an answer says, whatever the order of records, the compression and the case of names:
// rcode, aa, tc, answer section, and where that is empty the authority section. 0: unreadable.
uint64_t digest(const uint8_t* answer, size_t size);

double seconds_now();

// Times in microseconds, counted in buckets that grow by a sixteenth.
class Histogram {
  public:
    Histogram() : buckets_(kBuckets) {}
    void add(double seconds);
    double microseconds_at(double share) const;  // 0.5: the median
    double most() const { return most_; }

  private:
    static constexpr size_t kBuckets = 16 * 40;
    std::vector<uint64_t> buckets_;
    uint64_t count_ = 0;
    double most_ = 0;
};

// The queries that are open on one socket. A message's id is its slot's number, so that a late
// answer is never taken for another one's, until the slot is used again.
struct OpenQueries {
    struct Slot {
        size_t query = 0;
        double since = 0;
        bool open = false;
    };
    std::vector<Slot> slots = std::vector<Slot>(65536);
    size_t count = 0;
    uint16_t next = 0;

    // The slot of an answer, which is not open any more; none: nobody waits for it.
    const Slot* close(const uint8_t* answer, size_t size);
};

// What a run counted; printed as one line of JSON.
struct Outcome {
    uint64_t sent = 0, answered = 0, lost = 0, wrong = 0, stray = 0, truncated = 0, octets = 0;
    double seconds = 0;
    std::string first_wrong;
    Histogram times;

    void add(const uint8_t* answer, size_t size, double seconds_waited);
    void print() const;
};

}  // namespace bench
