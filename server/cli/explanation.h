// One question, asked of a set by the very code that answers, and every step of it as words: what
// explain_text and explain_json lay out.
//
//   ExplainCall -> request octets -> respond_traced() -> reply, Outcome, Trace -> words and places
//
// Words come from two tables: the steps' (server/answer/trace) and the reasons' of records
// (explanation.cpp).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/clock.h"
#include "server/answer/respond.h"
#include "server/answer/trace.h"

namespace server {

// What is asked, by whom, and how.
struct ExplainCall {
    dns::Name name;
    uint16_t type = dns::type::A;
    uint16_t rr_class = dns::rr_class::internet;
    Client client;  // the address asked is Client::local
    std::optional<dns::Name> key;  // of the set's, that signs the question
    bool dnssec_ok = false;
    uint16_t udp_size = 1232;  // that the client states; 0: it asks without EDNS
    bool colour = false;
    // The sources of a zone that does not hold its own (ServedZone::sources()). May be empty; what
    // it returns lives as long as the explanation is made.
    std::function<std::shared_ptr<const dns::Sources>(const ServedZone&)> sources_of;
};

// Where a record was written: a place in a file, or a step of the $GENERATE that stands there.
struct RecordPlace {
    std::string file;  // as the user wrote it; empty: not known
    uint32_t line = 0;
    uint32_t column = 0;
    uint64_t step = 0;  // of the $GENERATE, 0 for none

    bool known() const { return !file.empty(); }
};
// "example.com.zone:12:1", "hosts.zone:4:1 step 7", or "".
std::string to_text(const RecordPlace& place);

// A record as it is sent.
struct ExplainedRecord {
    std::string owner;
    uint32_t ttl = 0;
    uint16_t type = 0;
    std::string rdata;
    RecordPlace place;
};
std::string to_text(const ExplainedRecord& record);

// Why records are in a message: a row of a table.
struct ReasonRow {
    Why why;
    const char* word;       // for programs
    const char* reference;  // RFC and section
    const char* sentence;
};
const ReasonRow& reason_row(Why why);

// What no step tells: what a zone is, why there is no proof.
struct Remark {
    std::string sentence;
    const char* reference = "";
};

class Explanation {
  public:
    Explanation(const Set& set, const ExplainCall& call, dns::UnixTime now);

    const ExplainCall& call() const { return call_; }
    const Outcome& outcome() const { return outcome_; }
    const Trace& trace() const { return trace_; }
    dns::Octets request() const { return request_; }
    // Empty if nothing is sent.
    dns::Octets reply() const { return {reply_.data(), outcome_.size}; }
    // The zone that answers for the question's name, or null.
    const ServedZone* zone() const { return outcome_.zone; }

    std::string sentence(const Step& step) const;
    std::string_view reference(const Step& step) const;
    RecordPlace place(const Step& step) const;
    // The records that a proof's step is about.
    std::vector<ExplainedRecord> proof_records(const Step& step) const;

    // An item of the plan: its records, then their signatures.
    std::vector<ExplainedRecord> records(const PlanItem& item) const;
    bool sent(size_t item) const { return item < trace_.sent.size() && trace_.sent[item]; }
    std::vector<Remark> remarks(Stage stage) const;

  private:
    void make_request(dns::UnixTime now);
    const PlanItem* item_of(const zones::RrsetView& rrset) const;
    RecordPlace place_of(const ServedZone* zone, dns::Place place) const;
    dns::Name owner_of(const PlanItem& item) const;
    void append_records(std::vector<ExplainedRecord>& out, const PlanItem& item,
                        const zones::RrsetView& rrset) const;
    std::string word(std::string_view placeholder, const Step& step) const;
    std::string detail(const Step& step) const;
    std::string view_detail(const View& view) const;
    std::string key_text(const View& view, KeyNumber key, bool is_signer) const;
    std::string zones_here() const;
    bool proves_empty_name(const Step& step) const;

    const Set& set_;
    const ExplainCall call_;
    std::vector<uint8_t> request_;
    std::vector<uint8_t> reply_;
    Trace trace_;
    Outcome outcome_;
};

}  // namespace server
