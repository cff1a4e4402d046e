// apex: the one program. What a command needs of the world is made here and passed down.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <unistd.h>

#include "server/cli/commands.h"
#include "server/publish/disk_files.h"
#include "server/publish/system.h"

namespace {

bool colour_allowed() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    bool dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
    return (no_color == nullptr || *no_color == 0) && !dumb;
}

int run_guarded(server::World& world, const std::vector<std::string>& words) {
    try {
        return server::run(world, words);
    } catch (const std::bad_alloc&) {
        world.errors.write("apex: there is not enough memory for this\n");
    } catch (const std::exception& fault) {
        world.errors.write(std::string("apex: the system is at fault: ") + fault.what() + "\n");
    }
    return server::kSystemAtFault;
}

}  // namespace

int main(int argument_count, char** arguments) {
    // A reader that goes away shows as an error of write.
    std::signal(SIGPIPE, SIG_IGN);
    server::SystemClock clock;
    server::DiskFiles files;
    server::Output out(STDOUT_FILENO), errors(STDERR_FILENO);
    server::World world{clock, files, out, errors};
    world.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
    world.errors_is_terminal = ::isatty(STDERR_FILENO) == 1;
    world.colour_allowed = colour_allowed();
    std::vector<std::string> words(arguments + (argument_count > 0 ? 1 : 0),
                                   arguments + argument_count);
    int exit_code = run_guarded(world, words);
    out.flush();
    if (!out.fault().empty()) {
        errors.write("apex: the output could not be written: " + out.fault() + "\n");
        exit_code = server::kSystemAtFault;
    }
    errors.flush();
    // The zones of a run are left to the system: taking millions of names apart takes time.
    std::_Exit(exit_code);
}
