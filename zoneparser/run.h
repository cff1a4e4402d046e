// One run of the parser: the stack of texts that are being read, and where their records go.
//
//   [ zone file      ]  position, state
//   [ included file  ]  position, state      <- read now; its own stretches if it is big
//
// The stack is explicit: input decides its depth. The calling thread alone works here; what other
// threads read is taken over in the order of the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "zoneparser/entries.h"
#include "zoneparser/file_text.h"
#include "zoneparser/parser.h"
#include "zoneparser/stretches.h"

namespace zoneparser {

class Run {
  public:
    Run(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
        const ParseOptions& options, const Parser::Prepare& prepare, Progress* progress);

    void read_file(const std::string& path, dns::NameView origin);
    void read_text(std::string_view text, const dns::Source& source, dns::NameView origin);
    ParsedZone finish();

  private:
    struct Reading {
        FileText file;
        std::string folder;  // that relative names in it start from, "" or with a final /
        uint32_t source = 0;
        EntryState state;
        const char* position = nullptr;
        const char* end = nullptr;
        uint32_t line = 1;
        std::unique_ptr<Speculation> speculation;
    };

    // parser.cpp
    void push(std::unique_ptr<Reading> reading, std::string_view text);
    void pop();
    void read_all();
    void step(Reading& reading);
    Stretch* wait_for_stretch(Reading& reading);
    bool fits(const Reading& reading, const Stretch& stretch) const;
    void take_over(Reading& reading, Stretch& stretch);
    void read_on(Reading& reading, const char* until);
    void flush();
    void add_batch(std::unique_ptr<RecordBatch> batch);
    void tell_progress(const Reading& reading, const char* from);

    // include.cpp
    void include(const Reading& from, const IncludeRequest& request);
    bool may_include(const Reading& from, const IncludeRequest& request, std::string& path);
    bool report(const dns::Rule& rule, const Reading& at, const IncludeRequest& request,
                std::initializer_list<std::string_view> words);

    const dns::Files& files_;
    dns::Sources& sources_;
    dns::Findings& findings_;
    const ParseOptions& options_;
    const Parser::Prepare& prepare_;
    Progress* progress_;

    ParsedZone zone_;
    std::vector<std::unique_ptr<Reading>> stack_;
    std::unique_ptr<RecordBatch> batch_;  // of what this thread reads by itself; lines absolute
    GenerateBudget budget_;
    size_t included_ = 0;
    uint64_t octets_read_ = 0, octets_known_ = 0;
    std::unique_ptr<Scratch> scratch_;
    Workers workers_;
};

// The folder part of a path, with its final slash; "" if there is none.
std::string folder_of(std::string_view path);

}  // namespace zoneparser
