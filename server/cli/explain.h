// apex explain: what is asked, as words on a command line. `apex ctl explain` takes the same words
// and asks the running server's set.
#pragma once

#include <array>

#include "dns/base/result.h"
#include "server/cli/explanation.h"
#include "server/cli/options.h"

namespace server {

// Options that say how a question is asked.
inline constexpr std::array kQuestionOptions = {
    OptionRow{"client", 0, "ADDRESS", "who asks; 127.0.0.1 if it is not given"},
    OptionRow{"destination", 0, "ADDRESS", "the server's address that is asked"},
    OptionRow{"key", 0, "NAME", "signs the question with this key of the configuration (TSIG)"},
    OptionRow{"do", 0, "", "asks for signatures and proofs (DNSSEC)"},
    OptionRow{"tcp", 0, "", "asks over TCP"},
    OptionRow{"size", 0, "N",
              "the room for answers over UDP that the client states; the default is 1232, and 0 "
              "asks without EDNS"},
};

// NAME [TYPE] [CLASS] [CLIENT]: what stands behind the name is told apart by its form (IN, CH and
// HS are classes). `options` may hold kQuestionOptions.
dns::Result<ExplainCall, CallFault> read_explain_call(std::span<const std::string> operands,
                                                      const Call& options);
// The same from words that hold operands and kQuestionOptions: for `apex ctl explain`.
dns::Result<ExplainCall, CallFault> read_explain_words(std::span<const std::string> words);

}  // namespace server
