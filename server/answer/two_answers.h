// One question asked of two views: whether both say the same, and how much longer than the new
// answer the old one may be held by caches. The octets are respond()'s own.
//
//                +--> view before ---> reply --+
//   question ----|                             |--> the same octets? the same header and records?
//                +--> view after ----> reply --+
//
// It is asked over TCP, so that no answer is cut short for want of room. The order of records and
// the case of names do not count, and of signatures what changes whenever a zone is signed again:
// their times and octets.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "server/answer/respond.h"

namespace server {

struct AskedQuestion {
    dns::Name name;
    uint16_t type = 0;
};

// What becomes of one question.
struct AnswerDifference {
    bool differs = false;
    bool additional_only = false;  // rcode, answer and authority sections are the same
    // Seconds for which caches may hold something that is not so any more.
    uint32_t held = 0;
};

class TwoAnswers {
  public:
    // Lists of clients and keys of the views are passed over; those of who may ask are not.
    TwoAnswers(const View& before, const View& after, bool dnssec_ok);

    void ask(std::span<const AskedQuestion> questions, std::span<AnswerDifference> differences);
    AnswerDifference ask(const AskedQuestion& question);

    // Whole replies, good until something else is asked.
    struct Replies {
        dns::Octets before, after;
    };
    Replies replies(const AskedQuestion& question);

    const View& before() const { return *before_.views[0]; }
    const View& after() const { return *after_.views[0]; }

  private:
    void ask_batch(std::span<const AskedQuestion> questions);

    bool dnssec_ok_;
    Set before_, after_;
    Scratch scratch_;
    std::vector<uint8_t> requests_, before_rooms_, after_rooms_;
    std::vector<Request> asked_;
    std::vector<Outcome> before_outcomes_, after_outcomes_;
};

// What two replies to one question have different, as described above.
AnswerDifference compare_replies(dns::Octets before, dns::Octets after);

}  // namespace server
