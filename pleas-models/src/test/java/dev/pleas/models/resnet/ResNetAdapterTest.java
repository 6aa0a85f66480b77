package dev.pleas.models.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.model.Adaptation.NotRecognized;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResNetAdapterTest {
  private static final String DAMAGED =
      "the checkpoint is damaged or of a variant that is not supported";

  private final Map<String, TensorInfo> resnet18 = ShapeTable.load("resnet18").infos();
  private final Map<String, TensorInfo> resnet20 = ShapeTable.load("resnet20").infos();
  private final Map<String, TensorInfo> resnet50 = ShapeTable.load("resnet50").infos();

  private static Adaptation adapt(Map<String, TensorInfo> tensors) {
    return new ResNetAdapter().adapt(tensors, Map.of(), null);
  }

  private static Graph graph(Map<String, TensorInfo> tensors) {
    return ((Adapted) adapt(tensors)).graph();
  }

  private static TensorInfo f32(int... dims) {
    return new TensorInfo(DType.F32, Shape.of(dims));
  }

  private static void refused(Map<String, TensorInfo> tensors, String message) {
    assertThatThrownBy(() -> adapt(tensors)).isInstanceOf(ModelException.class).hasMessage(message);
  }

  /** Sets the length of an axis of every tensor whose name matches. */
  private static void widen(Map<String, TensorInfo> tensors, String regex, int axis, int width) {
    int changed = 0;
    for (Map.Entry<String, TensorInfo> entry : tensors.entrySet()) {
      if (entry.getKey().matches(regex) && entry.getValue().shape().rank() > axis) {
        entry.setValue(new TensorInfo(DType.F32, entry.getValue().shape().with(axis, width)));
        changed++;
      }
    }
    assertThat(changed).as(regex).isPositive();
  }

  private static Node node(Graph graph, String name) {
    return graph.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void adapt_basicBlock_hasStrideInItsFirstConvolution() {
    Graph graph = graph(resnet18);
    assertThat(node(graph, "layer2.0.conv1").op())
        .isEqualTo(new Op.Conv2d("layer2.0.conv1.weight", null, Window.square(3, 2, 1), 1));
    assertThat(node(graph, "layer2.0.conv2").op())
        .isEqualTo(new Op.Conv2d("layer2.0.conv2.weight", null, Window.square(3, 1, 1), 1));
    assertThat(node(graph, "layer2.0.downsample.0").op())
        .isEqualTo(new Op.Conv2d("layer2.0.downsample.0.weight", null, Window.square(1, 2, 0), 1));
    assertThat(node(graph, "layer2.0.downsample.0").inputs()).containsExactly("layer1.1.relu");
    assertThat(node(graph, "layer2.0.add").inputs())
        .containsExactly("layer2.0.bn2", "layer2.0.downsample.1");
    assertThat(node(graph, "layer2.1.add").inputs())
        .containsExactly("layer2.1.bn2", "layer2.0.relu");
    assertThat(graph.nodes().subList(0, 11))
        .extracting(Node::name)
        .containsExactly(
            "conv1",
            "bn1",
            "relu",
            "maxpool",
            "layer1.0.conv1",
            "layer1.0.bn1",
            "layer1.0.relu1",
            "layer1.0.conv2",
            "layer1.0.bn2",
            "layer1.0.add",
            "layer1.0.relu");
  }

  @Test
  void adapt_bottleneck_hasStrideInItsSecondConvolution() {
    Graph graph = graph(resnet50);
    assertThat(((Op.Conv2d) node(graph, "layer3.0.conv1").op()).window())
        .isEqualTo(Window.square(1, 1, 0));
    assertThat(((Op.Conv2d) node(graph, "layer3.0.conv2").op()).window())
        .isEqualTo(Window.square(3, 2, 1));
    assertThat(((Op.Conv2d) node(graph, "layer1.0.downsample.0").op()).window())
        .isEqualTo(Window.square(1, 1, 0));
    assertThat(node(graph, "layer3.0.bn3").op())
        .isEqualTo(
            new Op.BatchNorm(
                "layer3.0.bn3.weight",
                "layer3.0.bn3.bias",
                "layer3.0.bn3.running_mean",
                "layer3.0.bn3.running_var",
                1e-5));
    assertThat(graph.nodes()).extracting(Node::name).contains("layer3.0.relu1", "layer3.0.relu2");
  }

  @Test
  void adapt_oddWidths_areReadFromTheWeights() {
    widen(resnet50, "layer1\\.1\\.(conv1|bn1)\\..*", 0, 67);
    widen(resnet50, "layer1\\.1\\.conv2\\.weight", 1, 67);
    widen(resnet50, "layer1\\.1\\.(conv2|bn2)\\..*", 0, 61);
    widen(resnet50, "layer1\\.1\\.conv3\\.weight", 1, 61);
    widen(resnet50, "layer1\\.\\d\\.(conv3|bn3)\\..*|layer1\\.0\\.downsample\\..*", 0, 301);
    widen(
        resnet50,
        "layer1\\.[12]\\.conv1\\.weight|layer2\\.0\\.(conv1|downsample\\.0)\\.weight",
        1,
        301);
    Graph graph = graph(resnet50);
    assertThat(graph.valueShape("layer1.1.conv1")).isEqualTo(Shape.of(67, 56, 56));
    assertThat(graph.valueShape("layer1.1.relu2")).isEqualTo(Shape.of(61, 56, 56));
    assertThat(graph.valueShape("layer1.2.relu")).isEqualTo(Shape.of(301, 56, 56));
    assertThat(graph.architecture()).isEqualTo("resnet-bottleneck[3,4,6,3]");
  }

  @Test
  void adapt_otherClassesChannelsAndInput_areTaken() {
    widen(resnet18, "fc\\..*", 0, 7);
    widen(resnet18, "conv1\\.weight", 1, 5);
    assertThat(graph(resnet18).inputs()).containsExactly(Map.entry("input", Shape.of(5, 224, 224)));
    Adaptation small = new ResNetAdapter().adapt(resnet18, Map.of(), Shape.of(5, 65, 33));
    Graph graph = ((Adapted) small).graph();
    assertThat(graph.architecture()).isEqualTo("resnet18");
    assertThat(graph.valueShape("layer4.1.relu")).isEqualTo(Shape.of(512, 3, 2));
    assertThat(graph.valueShape("fc")).isEqualTo(Shape.of(7));
  }

  @Test
  void adapt_inputInMetadata_isTakenUnlessOneIsGiven() {
    Map<String, String> metadata = Map.of("pleas.input", "1x28x30");
    Adapted declared = (Adapted) new ResNetAdapter().adapt(resnet20, metadata, null);
    assertThat(declared.graph().inputs()).containsEntry("input", Shape.of(1, 28, 30));
    Adapted given = (Adapted) new ResNetAdapter().adapt(resnet20, metadata, Shape.of(1, 16, 16));
    assertThat(given.graph().inputs()).containsEntry("input", Shape.of(1, 16, 16));
    assertThat(graph(resnet20).inputs()).containsEntry("input", Shape.of(1, 32, 32));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "28x28",
        "1x28x28x1",
        "0x28x28",
        "1x-28x28",
        "1 x 28 x 28",
        "1x28x99999999999"
      })
  void adapt_malformedInputInMetadata_isRefused(String text) {
    assertThatThrownBy(() -> new ResNetAdapter().adapt(resnet20, Map.of("pleas.input", text), null))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "metadata pleas.input: expected channels, height and width such as 3x224x224, found \""
                + text
                + "\"");
  }

  @Test
  void adapt_inputThatDoesNotFit_namesTheFirstConvolution() {
    assertThatThrownBy(() -> new ResNetAdapter().adapt(resnet18, Map.of(), Shape.of(1, 28, 28)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "conv1.weight: expected an input [3, height, width], found [1, 28, 28]: the network takes 3"
                + " channels");
    assertThatThrownBy(() -> new ResNetAdapter().adapt(resnet18, Map.of(), Shape.of(3, 224)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("found [3, 224]");
    assertThatThrownBy(() -> new ResNetAdapter().adapt(resnet18, Map.of(), Shape.of(3, 0, 9)))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("conv1: the window does not fit into the input")
        .hasMessageEndingWith(": give a larger input");
  }

  @ParameterizedTest
  @ValueSource(strings = {"module.", "model.", "backbone.", "module.model.", "model.backbone."})
  void adapt_prefixedNames_keepsTheCheckpointsParametersAndPlainNodes(String prefix) {
    Map<String, TensorInfo> prefixed = new LinkedHashMap<>();
    resnet18.forEach((name, info) -> prefixed.put(prefix + name, info));
    Adapted adapted = (Adapted) adapt(prefixed);
    assertThat(adapted.graph().parameters().keySet())
        .containsExactlyElementsOf(
            graph(resnet18).parameters().keySet().stream().map(prefix::concat).toList());
    assertThat(adapted.graph().valueShapes()).isEqualTo(graph(resnet18).valueShapes());
    assertThat(adapted.passengers())
        .contains(prefix + "layer4.1.bn2.num_batches_tracked")
        .hasSize(20);
  }

  @Test
  void adapt_severalHeads_areOutputsInTheCheckpointsOrder() {
    resnet20.remove("fc.weight");
    resnet20.remove("fc.bias");
    resnet20.put("fc.pets.weight", f32(37, 64));
    resnet20.put("fc.pets.bias", f32(37));
    resnet20.put("fc.cars.weight", f32(196, 64));
    Graph graph = graph(resnet20);
    assertThat(List.copyOf(graph.outputs().entrySet()))
        .containsExactly(Map.entry("pets", "fc.pets"), Map.entry("cars", "fc.cars"));
    assertThat(node(graph, "fc.cars").inputs()).containsExactly("avgpool");
    assertThat(node(graph, "fc.cars").op()).isEqualTo(new Op.Linear("fc.cars.weight", null));
    assertThat(graph.valueShape("fc.pets")).isEqualTo(Shape.of(37));
  }

  @Test
  void adapt_groupedConvolutions_areInferredAndNamed() {
    for (int stage = 1; stage <= 4; stage++) {
      int width = 64 << stage;
      widen(resnet50, "layer" + stage + "\\.\\d\\.(conv1|bn1|conv2|bn2)\\..*", 0, width);
      widen(resnet50, "layer" + stage + "\\.\\d\\.conv2\\.weight", 1, width / 32);
      widen(resnet50, "layer" + stage + "\\.\\d\\.conv3\\.weight", 1, width);
    }
    Graph graph = graph(resnet50);
    assertThat(graph.architecture()).isEqualTo("resnext50_32x4d");
    assertThat(((Op.Conv2d) node(graph, "layer2.1.conv2").op()).groups()).isEqualTo(32);
    // torchvision's resnext50_32x4d at 224x224, 4.23 GMACs
    assertThat(TorchvisionShapesTest.macs(graph)).isEqualTo(4_230_479_872L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"2 | resnet-basic[3,3]", "1 | resnet-basic[3]"})
  void adapt_fewerStages_areTaken(int stages, String architecture) {
    resnet20.keySet().removeIf(name -> name.matches("layer[" + (stages + 1) + "-9].*"));
    widen(resnet20, "fc\\.weight", 1, 8 << stages);
    assertThat(graph(resnet20).architecture()).isEqualTo(architecture);
  }

  @Test
  void adapt_somethingElse_isNotRecognized() {
    assertThat(adapt(Map.of("features.0.weight", f32(64, 3, 3, 3))))
        .isEqualTo(
            new NotRecognized(
                "no conv1.weight, which every ResNet has (nor after a prefix such as module. or model.)"));
    assertThat(adapt(Map.of("module.conv1.weight", f32(64, 3, 3, 3))))
        .isEqualTo(new NotRecognized("no module.layer1.0.conv1.weight, which every ResNet has"));
    assertThat(adapt(Map.of())).isInstanceOf(NotRecognized.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bn1.weight",
        "layer2.0.bn1.running_var",
        "layer2.1.conv2.weight",
        "layer3.0.downsample.1.bias",
      })
  void adapt_missingTensor_isNamed(String name) {
    resnet18.remove(name);
    refused(resnet18, name + ": missing: the checkpoint is incomplete");
  }

  @Test
  void adapt_missingStageOrBlock_namesItsFirstTensor() {
    Map<String, TensorInfo> noStage = new LinkedHashMap<>(resnet18);
    noStage.keySet().removeIf(name -> name.startsWith("layer3."));
    refused(noStage, "layer3.0.conv1.weight: missing: the checkpoint is incomplete");
    resnet50.keySet().removeIf(name -> name.startsWith("layer3.2."));
    refused(resnet50, "layer3.2.conv1.weight: missing: the checkpoint is incomplete");
  }

  @Test
  void adapt_missingThirdConvolution_isNamed() {
    resnet50.remove("layer4.1.conv3.weight");
    refused(resnet50, "layer4.1.conv3.weight: missing: the checkpoint is incomplete");
  }

  @Test
  void adapt_missingProjection_saysThatItIsNeeded() {
    resnet20.keySet().removeIf(name -> name.contains("downsample"));
    refused(
        resnet20,
        "layer2.0.downsample.0.weight: missing: the block goes from 16 to 32 channels with stride 2;"
            + " shortcuts without parameters are not supported");
  }

  @Test
  void adapt_missingHead_saysThatOneIsNeeded() {
    resnet18.remove("fc.weight");
    resnet18.remove("fc.bias");
    refused(
        resnet18,
        "fc.weight: missing, and there is no fc.<name>.weight either: a network without a head is not"
            + " supported; give a checkpoint with its classifier");
  }

  @Test
  void adapt_withoutBiasInTheHead_isTaken() {
    resnet18.remove("fc.bias");
    assertThat(node(graph(resnet18), "fc").op()).isEqualTo(new Op.Linear("fc.weight", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layer2.0.conv1.weight        | 128,32,3,3  | [*, 64, 3, 3]",
        "layer2.0.conv1.weight        | 128,64,1,1  | [*, 64, 3, 3]",
        "layer2.0.conv1.weight        | 128,64,9    | [*, 64, 3, 3]",
        "layer2.0.conv2.weight        | 128,64,3,3  | [*, 128, 3, 3]",
        "layer2.0.bn1.running_var     | 127         | [128]",
        "layer2.0.downsample.0.weight | 128,64,3,3  | [*, 64, 1, 1]",
        "fc.weight                    | 1000,511    | [*, 512]",
        "fc.bias                      | 999         | [1000]",
        "conv1.weight                 | 64,3,7      | [*, *, *, *]",
        "conv1.weight                 | 0,3,7,7     | [*, *, *, *]",
      })
  void adapt_wrongShape_namesTensorExpectedAndFound(String name, String dims, String expected) {
    TensorInfo wrong =
        f32(java.util.Arrays.stream(dims.split(",")).mapToInt(Integer::parseInt).toArray());
    resnet18.put(name, wrong);
    refused(
        resnet18, name + ": expected " + expected + ", found " + wrong.shape() + ": " + DAMAGED);
  }

  @Test
  void adapt_sumsOfDifferentWidths_nameTheTensorThatDoesNotFit() {
    Map<String, TensorInfo> projection = new LinkedHashMap<>(resnet18);
    projection.put("layer2.0.downsample.0.weight", f32(120, 64, 1, 1));
    refused(
        projection,
        "layer2.0.downsample.0.weight: expected [128, 64, 1, 1], found [120, 64, 1, 1]: as many channels"
            + " as layer2.0.conv2 makes");
    widen(resnet18, "layer2\\.1\\.(conv2|bn2)\\..*", 0, 120);
    refused(
        resnet18,
        "layer2.1.conv2.weight: expected [128, *, 3, 3], found [120, 128, 3, 3]: as many channels as the"
            + " block's input, to which it is added");
  }

  @Test
  void adapt_groupsThatDoNotDivide_areRefused() {
    resnet50.put("layer1.0.conv2.weight", f32(64, 60, 3, 3));
    refused(
        resnet50,
        "layer1.0.conv2.weight: expected [*, 64, 3, 3], found [64, 60, 3, 3]: or, in groups, a divisor of"
            + " these 64 channels");
  }

  @Test
  void adapt_unknownStem_isRefused() {
    resnet18.put("conv1.weight", f32(64, 3, 5, 5));
    refused(
        resnet18,
        "conv1.weight: expected [*, *, 7, 7], found [64, 3, 5, 5]: a stem is 7×7, or 3×3 in CIFAR style");
  }

  @Test
  void adapt_unknownTensor_isNamedAndNotDropped() {
    resnet18.put("layer1.0.se.fc1.weight", f32(4, 64, 1, 1));
    String remedy =
        ": the network is of a variant that is not supported, or the checkpoint holds other things besides"
            + " the weights";
    refused(resnet18, "layer1.0.se.fc1.weight: a ResNet has no such tensor" + remedy);
    resnet18.put("optimizer.step", f32());
    refused(
        resnet18, "layer1.0.se.fc1.weight: a ResNet has no such tensor (2 are unknown)" + remedy);
  }

  @Test
  void adapt_integerWeights_areRefused() {
    resnet18.put("layer1.0.conv1.weight", new TensorInfo(DType.I8, Shape.of(64, 64, 3, 3)));
    refused(
        resnet18,
        "layer1.0.conv1.weight: expected a floating-point type, found I8: quantized checkpoints are not"
            + " supported");
  }

  @Test
  void adapt_hugeNumbersInNames_doNotLoop() {
    resnet18.put("layer9999.0.conv1.weight", f32(1));
    refused(resnet18, "layer5.0.conv1.weight: missing: the checkpoint is incomplete");
    resnet18.remove("layer9999.0.conv1.weight");
    resnet18.put("layer99999999999.0.conv1.weight", f32(1));
    assertThatThrownBy(() -> adapt(resnet18))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("layer99999999999.0.conv1.weight: a ResNet has no such tensor");
  }
}
