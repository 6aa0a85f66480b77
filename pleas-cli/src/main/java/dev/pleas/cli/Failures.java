package dev.pleas.cli;

import dev.pleas.api.error.PleasException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns exceptions into one line and an exit code: 1 when the work could not be done, 2 when the
 * command line could not be understood.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return report(e, command);
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("pleas: " + message(e));
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println(
          "Try '" + command.getCommandSpec().qualifiedName() + " --help' for what is possible.");
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static String message(ParameterException e) {
    CommandLine command = e.getCommandLine();
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !command.getSubcommands().isEmpty()) {
      return "unknown command '"
          + unmatched.getUnmatched().get(0)
          + "'; there are: "
          + String.join(", ", command.getSubcommands().keySet());
    }
    return String.valueOf(e.getMessage());
  }

  /** How the JVM reports a page of a mapped file that is gone, if need be some steps later. */
  private static final String LOST_PAGE = "unsafe memory access";

  /** Reports what went wrong and returns the exit code. */
  static int report(Throwable e, CommandLine command) {
    PrintWriter err = command.getErr();
    boolean debug = debug(command);
    if (e instanceof PleasException) {
      err.println("pleas: " + e.getMessage());
    } else if (e instanceof OutOfMemoryError) {
      err.println(
          "pleas: out of memory ("
              + e.getMessage()
              + "); give it more, for instance with PLEAS_OPTS=-Xmx16g");
    } else if (e instanceof InternalError && String.valueOf(e.getMessage()).contains(LOST_PAGE)) {
      err.println(
          "pleas: a file that was being read was truncated, or its disk failed; fetch it again");
    } else {
      err.println(
          "pleas: unexpected error: "
              + e
              + (debug
                  ? ""
                  : "; this is a defect: please report it to the project with what --debug"
                      + " shows"));
    }
    if (debug) {
      e.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static boolean debug(CommandLine command) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getCommand() instanceof Main main && main.debug();
  }
}
