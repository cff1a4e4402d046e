// apex ctl: asks a running server over its control socket, and shows what it says. The server makes
// the text; here it is told apart from faults (server/control/control_request.h) and passed on.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "server/cli/zone_call.h"
#include "server/config/configuration.h"
#include "server/control/control_server.h"
#include "server/control/state_folder.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

// A line of a reply is at most so long; one zone's is far below.
constexpr size_t kLongestLine = size_t{1} << 24;

// Options that say which server is meant and how its reply is shown; all others are the command's.
bool is_own(std::string_view option) {
    for (std::string_view own : {"config", "state-dir", "socket", "json", "help"})
        if (option == own) return true;
    return false;
}

// Options that belong to a command.
bool takes(ControlCommand command, std::string_view option) {
    if (command == ControlCommand::explain) return true;
    if (command != ControlCommand::which) return false;
    return option == "client" || option == "destination" || option == "key";
}

class Ctl {
  public:
    Ctl(World& world, const Call& call) : world_(world), call_(call) {}

    int run() {
        auto request = read_command(call_.operands);
        if (!request.ok())
            return call_at_fault(world_, "ctl", {request.fault().sentence, request.fault().hint});
        request->json = call_.has("json");
        if (int exit_code = complete(request.value()); exit_code != kGood) return exit_code;
        if (int exit_code = find_socket(); exit_code != kGood) return exit_code;
        if (int exit_code = connect(); exit_code != kGood) return exit_code;
        if (!send(write_request(request.value()))) return broken();
        int exit_code = receive();
        if (exit_code == kGood && request->command == ControlCommand::stop) await_end();
        return exit_code;
    }

  private:
    int system_fault_of(const std::string& sentence) {
        return system_at_fault(world_, "ctl", sentence);
    }

    // What a person means by a relative path is below the folder of the call, not the server's.
    int complete(ControlRequest& request) {
        if (request.command == ControlCommand::zone_add && request.operands[1][0] != '/') {
            auto folder = world_.files.real_path(".");
            if (!folder.ok())
                return system_fault_of("cannot tell this folder's path: " +
                                       folder.fault().sentence);
            request.operands[1] = folder.value() + "/" + request.operands[1];
        }
        for (const Call::Given& given : call_.given) {
            if (is_own(given.option->name)) continue;
            if (!takes(request.command, given.option->name))
                return call_at_fault(
                    world_, "ctl",
                    {std::string("--") + given.option->name + " is no option of this command",
                     "explain takes it"});
            std::string word = std::string("--") + given.option->name;
            if (*given.option->argument != 0) word += "=" + given.value;
            request.operands.push_back(std::move(word));
        }
        return kGood;
    }

    int find_socket() {
        int named = call_.has("config") + call_.has("state-dir") + call_.has("socket");
        if (named > 1)
            return call_at_fault(world_, "ctl",
                                 {"of --config, --state-dir and --socket one is enough", ""});
        if (const std::string* socket = call_.last("socket")) {
            path_ = *socket;
        } else if (const std::string* folder = call_.last("state-dir")) {
            path_ = *folder + "/" + kControlSocket;
        } else {
            if (named == 0 && !world_.files.open("apex.toml").ok())
                return call_at_fault(world_, "ctl",
                                     {"no server is named, and there is no apex.toml here",
                                      "apex ctl -c /path/of/apex.toml status"});
            return read_path(call_.value("config", "apex.toml"));
        }
        return kGood;
    }

    int read_path(const std::string& file) {
        dns::Sources sources;
        dns::Severities severities;
        dns::Findings findings(severities);
        // However many zones there are: a request costs the same.
        ReadingOptions options;
        options.zones = false;
        auto read = read_configuration(world_.files, file, sources, findings, options);
        if (!read.ok()) return system_fault_of(unreadable_sentence(file, read.fault().sentence));
        // A configuration that is being worked on still tells where the server is.
        path_ = read->server.state_folder;
        if (path_.empty()) path_ = file.substr(0, file.rfind('/') + 1) + "apex-state";
        path_ += std::string("/") + kControlSocket;
        return kGood;
    }

    int connect() {
        socket_ = std::make_unique<Descriptor>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!socket_->open()) return system_fault_of(server::system_fault(errno).sentence);
        SocketPath way(path_);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (way.text().size() >= sizeof address.sun_path) return cannot_connect(ENOENT);
        way.text().copy(address.sun_path, sizeof address.sun_path - 1);
        if (::connect(socket_->number(), reinterpret_cast<const sockaddr*>(&address),
                      sizeof address) != 0)
            return cannot_connect(errno);
        return kGood;
    }

    int cannot_connect(int error) {
        if (error == ENOENT || error == ENOTDIR)
            return system_fault_of("no server is running: there is no control socket '" + path_ +
                                   "'");
        if (error == ECONNREFUSED)
            return system_fault_of("no server is running: nobody answers at '" + path_ + "'");
        if (error == EACCES)
            return system_fault_of("'" + path_ +
                                   "' is for root and the user that the server runs as");
        return system_fault_of("cannot reach the server at '" + path_ +
                               "': " + server::system_fault(error).sentence);
    }

    int broken() {
        return system_fault_of("the server ended before it had answered; its log says why");
    }

    bool send(std::string_view octets) {
        while (!octets.empty()) {
            ssize_t sent = ::send(socket_->number(), octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent <= 0) return false;
            octets.remove_prefix(static_cast<size_t>(sent));
        }
        return true;
    }

    // False at the end of the connection.
    bool read_some() {
        char block[1 << 16];
        ssize_t got;
        do got = ::recv(socket_->number(), block, sizeof block, 0);
        while (got < 0 && errno == EINTR);
        if (got <= 0) return false;
        lines_.take({block, static_cast<size_t>(got)});
        return true;
    }

    int receive() {
        std::string line;
        while (!world_.out.closed()) {
            LineReader::Next next = lines_.next(line);
            if (next == LineReader::Next::too_long) return broken();
            if (next == LineReader::Next::nothing) {
                if (!read_some()) return broken();
                continue;
            }
            int exit_code = kGood;
            if (take(line, exit_code)) return exit_code;
        }
        return kGood;
    }

    // True for the last line.
    bool take(std::string_view line, int& exit_code) {
        auto starts = [&](std::string_view word) {
            if (line.substr(0, word.size()) != word) return false;
            line.remove_prefix(word.size());
            return true;
        };
        if (starts(" ")) {
            world_.out.write(std::string(line) + "\n");
        } else if (starts("fault ")) {
            world_.out.flush();
            world_.errors.write("apex ctl: " + visible(line) + "\n");
        } else if (starts("hint ")) {
            world_.errors.write("  hint: " + visible(line) + "\n");
        } else if (starts("exit ")) {
            std::from_chars(line.data(), line.data() + line.size(), exit_code);
            exit_code = std::clamp<int>(exit_code, kGood, kSystemAtFault);
            return true;
        }
        return false;
    }

    // The connection ends with the server.
    void await_end() {
        std::string line;
        while (read_some())
            while (lines_.next(line) == LineReader::Next::line) {
            }
        if (!call_.has("json")) world_.out.write("stopped\n");
    }

    World& world_;
    const Call& call_;
    std::string path_;
    std::unique_ptr<Descriptor> socket_;
    LineReader lines_{kLongestLine};
};

}  // namespace

int run_ctl(World& world, const Call& call) {
    return Ctl(world, call).run();
}

}  // namespace server
