package dev.pleas.models.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles that were made to do harm, or are broken in one place. */
class UnpicklerTest {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();

  @TempDir private Path folder;

  private void refused(Pickle pickle, String message) {
    Path file = pickle.archive(folder, 8);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> FORMAT.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message));
  }

  /** A state dict of one tensor, beside which {@code ignored} is kept. */
  private static Pickle beside(Pickle ignored) {
    return new Pickle()
        .ops("}(")
        .text("w")
        .tensor(2, 0, new long[] {2}, new long[] {1})
        .text("x")
        .bytes(body(ignored.end()))
        .op('u');
  }

  /** A pickle without its first operation, the protocol, and its last. */
  private static byte[] body(byte[] pickle) {
    return Arrays.copyOfRange(pickle, 2, pickle.length - 1);
  }

  @Test
  void open_soundPickle_isRead() {
    Path file = beside(new Pickle().op(']')).archive(folder, 8);
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
      assertThat(checkpoint.read("w").values()).containsExactly(0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "nt, system",
    "subprocess, Popen",
    "builtins, eval",
    "builtins, exec",
    "builtins, getattr",
    "builtins, __import__",
    "__builtin__, eval",
    "torch, load",
    "torch.hub, load",
    "torch.storage, _load_from_bytes",
    "runpy, _run_code",
    "webbrowser, open",
    "functools, partial",
    "operator, attrgetter",
    "importlib, import_module",
    "numpy.testing._private.utils, runstring",
    "torch._utils, eval",
    "collections, namedtuple",
    "pathlib, Path",
    "socket, socket",
    "shutil, rmtree",
    "torch.nn.modules.linear, Linear",
    "builtins, open",
    "dill._dill, _create_code",
    "marshal, loads",
    "pickle, loads",
    "'', ''"
  })
  void open_nameThatIsNotOnTheList_isRefusedThoughItIsNotCalled(String module, String name) {
    refused(
        beside(new Pickle().global(module, name)),
        "the name " + module + "." + name + ", which is none of those that state dicts need");
    refused(
        beside(new Pickle().text(module).text(name).op(0x93)), "the name " + module + "." + name);
  }

  @Test
  void open_refusedName_saysWhereAndHowToConvert() {
    refused(
        new Pickle().global("os", "system").text("echo").ops("\u0085R"),
        "found at its byte 13 the name os.system, which is none of those that state dicts need;"
            + " nothing was run. A whole network or training run can only be read by the program that"
            + " saved it; if you trust the file, convert it with PyTorch: python -c \"import torch;"
            + " from safetensors.torch import save_file; c = torch.load('made.pth',"
            + " map_location='cpu', weights_only=True); save_file({k: v.clone().contiguous() for k, v"
            + " in c.get('state_dict', c).items() if torch.is_tensor(v)}, 'made.safetensors')\"");
  }

  @Test
  void open_objectsBesideTheStateDict_areInert() {
    Pickle object =
        new Pickle()
            .global("argparse", "Namespace")
            .ops(")\u0081}")
            .text("f")
            .global("_codecs", "encode")
            .text("x")
            .ops("\u0085Rsb");
    byte[] dict = beside(object).end();
    assertThatThrownBy(() -> FORMAT.open(new Pickle().bytes(body(dict)).archive(folder, 8)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "tensor x: expected a dense tensor, found an object of argparse.Name");
    Pickle wrapped =
        new Pickle()
            .ops("}(")
            .text("state_dict")
            .bytes(body(beside(new Pickle().op('N')).end()))
            .text("hyper_parameters")
            .bytes(body(object.end()))
            .op('u');
    try (Checkpoint checkpoint = FORMAT.open(wrapped.archive(folder, 8))) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
  }

  @Test
  void open_callsOfWhatIsNoFunction_areRefused() {
    refused(beside(new Pickle().text("os.system").ops(")R")), "a call of a string");
    refused(beside(new Pickle().global("torch", "FloatStorage").ops(")R")), "a call of torch.Fl");
    refused(beside(new Pickle().ops("}])R")), "a call of a list of 0");
    refused(beside(new Pickle().global("collections", "OrderedDict").ops("NR")), "are None");
    refused(
        beside(new Pickle().global("torch._utils", "_rebuild_tensor_v2").ops(")R")),
        "0 arguments of torch._utils._rebuild_tensor_v2 that it does not take");
    refused(
        beside(
            new Pickle()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .op('(')
                .global("torch._tensor", "_rebuild_from_type_v2")
                .global("torch", "Tensor")
                .ops(")NtR")),
        "4 arguments of torch._tensor._rebuild_from_type_v2 that it does not take");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "t", "u", "e", "a", "s", "R", "\u0081", "b", "Q", "0", "1", "2", "q\0", "h\7", "\u0085",
        "\u0093", "Nb", "]Q", "}Na", "N(Ns", "((u", "]((tR", "\u0090"
      })
  void open_operationsOnNothing_areRefused(String operations) {
    refused(new Pickle().ops(operations), "the file is damaged or was written by a faulty program");
  }

  @ParameterizedTest
  @ValueSource(strings = {"I1\n", "i", "o", "P1\n", "\u0097", "\u0082", "\u00ff", "L1L\n", "Va\n"})
  void open_operationsThatStateDictsDoNotUse_areRefused(String operations) {
    refused(new Pickle().ops(operations), "which state dicts do not use");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\u00ff\u00ff\u00ff\u00ff",
        "B\u00ff\u00ff\u00ff\u007f",
        "T\0\0\0\1",
        "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
        "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
        "\u008b\0\0\0\u007f",
        "\u008a\u00ff",
        "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
        "G"
      })
  void open_lengthsThatLie_areRefused(String operations) {
    refused(new Pickle().ops(operations), "expected the pickle of a state dict, found at its byte");
  }

  @Test
  void open_billionLaughs_isReadWithoutUnfoldingIt() {
    // a list of two references to a list of two references to …, 100 deep: 2^100 leaves
    Pickle bomb = new Pickle().ops("]q\0");
    for (int i = 1; i < 100; i++) {
      bomb.ops("0](h").op(i - 1, 'h', i - 1, 'e', 'q', i);
    }
    try (Checkpoint checkpoint = FORMAT.open(beside(bomb).archive(folder, 8))) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
  }

  @Test
  void open_structureThatHoldsItself_isRead() {
    try (Checkpoint checkpoint =
        FORMAT.open(beside(new Pickle().ops("}q\0").text("self").ops("h\0s")).archive(folder, 8))) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
  }

  @Test
  void open_deepNesting_isReadWithoutOverflowingTheStack() {
    String deep = "(".repeat(500_000) + "t".repeat(500_000);
    try (Checkpoint checkpoint = FORMAT.open(beside(new Pickle().ops(deep)).archive(folder, 8))) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
  }

  @Test
  void open_tooManyOperations_isRefused() {
    refused(
        new Pickle().ops("N0".repeat(Unpickler.MAX_OPERATIONS)), "more than 3000000 operations");
    refused(new Pickle().ops("]".repeat(Unpickler.MAX_OPERATIONS)), "more than 3000000 operations");
  }

  @Test
  void open_oneListGivenToManyDicts_isRefusedBeforeItIsCopiedTooOften() {
    Pickle bomb = new Pickle().ops("(").global("collections", "OrderedDict").ops("q\0](");
    bomb.ops("NN\u0086".repeat(100_000)).ops("e\u0085q\1");
    bomb.ops("h\0h\1R".repeat(500_000));
    refused(bomb.ops("t"), "dicts of more than 3000000 entries in all");
  }

  @Test
  void open_pickleThatIsTooLarge_isRefused() {
    refused(
        new Pickle().bytes(new byte[ArchiveLayout.MAX_PICKLE_BYTES]),
        "expected at most 33554432 bytes in archive/data.pkl, found 33554435");
  }

  @Test
  void open_nameWithoutAnEnd_isRefused() {
    refused(new Pickle().ops("c" + "x".repeat(100_000)), "a name of more than 1000 bytes");
  }

  @Test
  void open_protocolsOfOtherPythons_areRefused() {
    refused(new Pickle().op(0x80, 6), "protocol 6; PyTorch writes 2 to 5");
    refused(new Pickle().op(0x80, 1), "protocol 1; PyTorch writes 2 to 5");
  }

  @Test
  void open_oneStorageWithTwoLengths_isRefused() {
    refused(
        beside(new Pickle().tensor(3, 0, new long[] {1}, new long[] {1})),
        "storage 0 twice, with other types or lengths");
  }

  @Test
  void open_negatedTensor_isRefusedNamingIt() {
    Pickle pickle =
        new Pickle()
            .ops("}(")
            .text("w")
            .global("torch._utils", "_rebuild_tensor_v2")
            .op('(')
            .storage(2)
            .integer(0)
            .tuple(2)
            .tuple(1)
            .ops("\u0089}}")
            .text("neg")
            .ops("\u0088stRu");
    refused(pickle, "tensor w: expected a dense tensor, found a tensor that is stored negated");
  }
}
