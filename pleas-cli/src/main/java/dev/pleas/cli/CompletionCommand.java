package dev.pleas.cli;

import dev.pleas.cli.session.Session;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Prints a completion script. */
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in bash and zsh.",
    footer = {
      "",
      "Examples:",
      "  source <(pleas completion)                    # this shell",
      "  pleas completion > ~/.local/share/bash-completion/completions/pleas"
    })
final class CompletionCommand extends PleasCommand {
  @Override
  void run(Session session) {
    out().print(AutoComplete.bash("pleas", spec().root().commandLine()));
  }
}
