package dev.pleas.models.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  @TempDir private Path folder;

  private Map<String, String> beside(String text) throws IOException {
    Files.writeString(folder.resolve("config.json"), text);
    return ConfigFile.beside(folder.resolve("model.safetensors"));
  }

  @Test
  void beside_nested_isFlattened() throws IOException {
    assertThat(
            beside(
                "{\"num_attention_heads\": 12, \"vision_config\": {\"hidden_act\": \"gelu\"},"
                    + " \"image_size\": [224, 196], \"none\": null, \"qkv_bias\": true}"))
        .containsOnly(
            Map.entry("config.num_attention_heads", "12"),
            Map.entry("config.vision_config.hidden_act", "gelu"),
            Map.entry("config.image_size.0", "224"),
            Map.entry("config.image_size.1", "196"),
            Map.entry("config.qkv_bias", "true"));
  }

  @Test
  void beside_noFileOrOurOwn_isNothing() throws IOException {
    assertThat(ConfigFile.beside(folder.resolve("model.safetensors"))).isEmpty();
    assertThat(beside("{\"format\": \"pleas-model/1\", \"heads\": 3}")).isEmpty();
  }

  @Test
  void beside_damaged_isNamed() {
    assertThatThrownBy(() -> beside("{\"a\": "))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: damaged: ")
        .hasMessageEndingWith("; repair it, or move it away");
    assertThatThrownBy(() -> beside("[1, 2]"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("config.json: expected a JSON object");
  }

  @Test
  void beside_hugeFile_isRefusedUnread() {
    assertThatThrownBy(() -> beside("{\"a\": \"" + "x".repeat(5 << 20) + "\"}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected at most 4194304 bytes, found ");
  }
}
