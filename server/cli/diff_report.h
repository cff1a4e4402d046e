// What apex diff says: classes of questions by groups, each with an example question and both
// answers, as lines for people or as JSON objects, one on a line.
//
//   names: 2
//     www.example.com. A, AAAA, in caches for up to 1 h
//       example: www.example.com. A
//       = NOERROR aa
//       - answer      www.example.com. 3600 A 192.0.2.1
//       + answer      www.example.com. 3600 A 192.0.2.2
//
// A group shows no more classes than a rule does findings; the others are counted.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/limits.h"
#include "server/answer/answer_diff.h"
#include "server/cli/output.h"

namespace server {

// What is covered, as a word for programs.
std::string_view covers_word(Covers covers);

class DiffReport {
  public:
    DiffReport(Output& out, bool json, const dns::Limits& limits)
        : out_(out), json_(json), limits_(limits) {}

    // Compares the views and says what differs. `subject` heads it, if it is not empty.
    void compare(const std::string& subject, const View& before, const View& after,
                 const AnswerDiffOptions& options);
    // Views that only one side has.
    void one_sided(const std::string& view, bool is_new);
    void finish();
    bool same() const { return total_ == 0; }

  private:
    struct Group {
        std::vector<AnswerChange> shown;
        uint64_t count = 0;
    };
    void write_text(const std::string& subject, TwoAnswers& asking);
    void write_class(const AnswerChange& change, TwoAnswers& asking);
    void write_json(const std::string& subject, const AnswerChange& change, TwoAnswers& asking);

    Output& out_;
    bool json_;
    dns::Limits limits_;
    std::array<Group, kQuestionGroups> groups_;
    std::array<uint64_t, kQuestionGroups> totals_{};
    uint64_t total_ = 0;
    uint64_t shown_ = 0;
    uint64_t one_sided_ = 0;
};

}  // namespace server
