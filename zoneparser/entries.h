// Entries: what the tokens of a line mean. Directives change the state; records go to the batch.
//
//   www 1h IN A 192.0.2.1     owner, TTL and class (in either order), type, rdata -> batch
//           IN AAAA ...       no owner: that of the record before
//   $ORIGIN sub               -> state
//   $INCLUDE file             -> whoever called: only the owner of all files can read one
//
// One reader reads one stretch of text. What a stretch inherits from the text before it and leaves
// to the text behind it is an EntryState.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "dns/name.h"
#include "zoneparser/fields.h"
#include "zoneparser/generate.h"
#include "zoneparser/lexer.h"
#include "zoneparser/patch_operation.h"
#include "zoneparser/record_batch.h"

namespace zoneparser {

inline constexpr uint32_t kMaxTtl = 0x7fffffff;  // RFC 2181 8

struct StatedTtl {
    bool known = false;
    uint32_t seconds = 0;
    bool operator==(const StatedTtl&) const = default;
};

// How a stretch dealt with inherited TTLs.
struct TtlUse {
    bool inherited = false;       // took one from before the stretch
    bool stated = false;          // set `last`
    bool stated_minimum = false;  // set `minimum`
};

// What a record without a TTL falls back to where there is no $TTL.
struct InheritedTtl {
    StatedTtl last;                 // of the last record that stated one
    StatedTtl minimum;              // MINIMUM of the SOA record
    bool minimum_reported = false;  // that it is used is worth one warning
    bool operator==(const InheritedTtl&) const = default;
    // Takes over what a stretch changed.
    void follow(const InheritedTtl& left, const TtlUse& use);
};

struct EntryState {
    // A broken owner was reported where it stands; what belongs to it is read but not kept.
    enum class Owner : uint8_t { none, broken, known };

    dns::Name origin;
    dns::Name owner;
    Owner owner_is = Owner::none;
    StatedTtl default_ttl;  // $TTL
    InheritedTtl inherited;
};

// How much $GENERATE may still make in this run: records, and octets of text on the way.
struct GenerateBudget {
    size_t records_left = 0;
    size_t octets_left = 0;
};

// Memory that one thread reuses for all that it reads.
struct Scratch {
    Entry entry;
    Entry generated;
    RdataBuffer rdata;
    FieldFault fault;  // of the last failure only, as is
    std::string reason;
    std::string owner_text;
    std::vector<std::string> generated_texts;
    std::vector<Token> generated_tokens;
};

struct IncludeRequest {
    std::string file;
    dns::Name origin;
    uint32_t line = 0;  // of the file's name, for what goes wrong with it
    uint32_t column = 0;
};

// What a reader works with besides the state. Without `sources` it speculates: $INCLUDE and
// $GENERATE, which number sources and count against limits, are left to the one who knows, and so
// is what a patch keeps in order.
struct EntrySetting {
    dns::Findings& findings;
    uint32_t source;
    dns::Sources* sources = nullptr;
    GenerateBudget* budget = nullptr;
    // False if nothing is known of the state's inherited TTLs, not even that there are none.
    bool inherited_known = true;
    // Of a patch; null: the text is a zone's.
    std::vector<PatchOperation>* operations = nullptr;
};

class EntryReader {
  public:
    enum class End : uint8_t {
        reached,    // `until`
        include,    // behind a $INCLUDE: see include()
        deferred,   // before a directive that a speculating reader leaves alone
        needs_ttl,  // before a record whose TTL depends on what is not known
    };

    EntryReader(const EntrySetting& setting, Lexer lexer, EntryState& state, RecordBatch& batch,
                Scratch& scratch)
        : setting_(setting), lexer_(lexer), state_(state), batch_(batch), scratch_(scratch) {}

    // Reads all entries that begin before `until`, or up to the first that is for the caller.
    End read(const char* until);

    const char* position() const { return lexer_.position(); }
    uint32_t line() const { return lexer_.line(); }
    const IncludeRequest& include() const { return include_; }
    const TtlUse& ttl_use() const { return ttl_use_; }

  private:
    struct Head {
        StatedTtl ttl;
        bool has_class = false;
        uint16_t type = 0;
    };
    // Zones say the same few things between owner and data, over and over: "3600 IN NS". What such
    // words mean is looked up by their text before they are read.
    struct KnownHead {
        const char* begin = nullptr;
        uint32_t size = 0;
        uint32_t words = 0;
        Head head;
    };
    static constexpr size_t kKnownHeads = 16;
    KnownHead& known_head(const char* begin, size_t size);
    bool find_known_head(Tokens tokens, size_t& at, Head& head);

    // entries.cpp
    bool read_record(const Entry& entry);
    bool take_owner(const Token& token, std::string& reason);
    bool owner_known(const Token& first);
    bool read_head(Tokens tokens, size_t& at, Head& head);
    [[gnu::noinline]] bool read_new_head(Tokens tokens, size_t& at, Head& head);
    bool read_ttl(const Token& token, StatedTtl& ttl);
    bool read_type(Tokens tokens, size_t at, uint16_t& type);
    bool settle_ttl(const Head& head, const Token& first, uint32_t& ttl);
    void append_record(dns::NameView owner, dns::Place place, uint32_t ttl, uint16_t type);

    // directives.cpp
    bool is_directive(const Entry& entry) const;
    bool is_deferred(const Entry& entry) const;
    End read_directive(const Entry& entry);
    End read_origin(Tokens tokens);
    End read_default_ttl(Tokens tokens);
    End read_include(Tokens tokens);
    bool has_arguments(Tokens tokens, size_t least, size_t most, const char* needed);

    // patch_directives.cpp
    End read_replace(Tokens tokens);
    End read_remove(Tokens tokens);
    End read_operation(Tokens tokens, PatchOperation::Kind kind);
    bool read_extent(Tokens tokens, PatchOperation& operation);

    // generate.cpp
    struct GeneratedStep {
        const std::vector<GenerateTemplate>& templates;  // of the owner, then of the data's words
        Tokens data;
        uint16_t type;
    };
    End read_generate(Tokens tokens);
    void generate(Tokens tokens, size_t data_at, const std::vector<GenerateTemplate>& templates,
                  const GenerateRange& range, uint16_t type, uint32_t ttl);
    bool make_owner(const GeneratedStep& step, uint32_t number, const Token& at, dns::Name& owner);
    bool make_rdata(const GeneratedStep& step, uint32_t number, size_t& octets);

    // entry_faults.cpp
    bool report(const dns::Rule& rule, const Token& at,
                std::initializer_list<std::string_view> words = {}, std::string_view hint = {});
    bool report_behind(const dns::Rule& rule, const Token& last,
                       std::initializer_list<std::string_view> words = {},
                       std::string_view hint = {});
    void report_lexical(const Entry& entry);
    bool report_name(const Token& token, const std::string& reason);
    bool escapes_are_good(Tokens tokens);
    bool report_class(const Token& token);
    bool report_unknown_type(Tokens tokens, size_t at);
    void report_rdata(uint16_t type, Tokens tokens, const Token& type_token,
                      const FieldFault& fault);

    EntrySetting setting_;
    Lexer lexer_;
    EntryState& state_;
    RecordBatch& batch_;
    Scratch& scratch_;
    IncludeRequest include_;
    std::string_view owner_text_;  // that state_.owner was made from, under this origin
    bool run_open_ = false;        // the batch's last run is for state_.owner
    TtlUse ttl_use_;
    std::array<KnownHead, kKnownHeads> known_heads_;
    size_t usual_words_ = 3;  // of the head found last
};

// Octets of the input as a word of a finding: \DDD for what does not print, at most 60 octets.
std::string printable(std::string_view text, size_t most = 60);
// The same in quotes.
std::string quoted(std::string_view text);
bool equal_word(std::string_view a, std::string_view b);
// True if the words differ by one letter put in, left out, or changed, or two that changed places.
bool nearly_equal(std::string_view a, std::string_view b);
// True if the word is a class; `internet` tells whether it is IN.
bool reads_as_class(std::string_view word, bool& internet);

}  // namespace zoneparser
