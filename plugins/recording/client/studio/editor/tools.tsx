/** What is done with the position and with the stretch that is marked. */

import { Button, IconButton } from "@salon/client";
import { useRecording } from "../../shared/context.ts";
import { exactStamp } from "../../shared/time.ts";
import type { Span } from "../../shared/wire.ts";

export interface ToolsProps {
  readonly selection: Span | null;
  readonly canKeep: boolean;
  /** Whether a part holds the position. */
  readonly canFlag: boolean;
  readonly zoom: {
    readonly value: number;
    readonly most: number;
    readonly onChange: (zoom: number) => void;
  };
  readonly onBegin: () => void;
  readonly onEnd: () => void;
  readonly onChapter: () => void;
  readonly onHear: () => void;
  readonly onKeep: () => void;
  readonly onCut: () => void;
  /** Undefined for who may make no clips. */
  readonly onClip: (() => void) | undefined;
  readonly onPreview: () => void;
}

export function Tools(props: ToolsProps) {
  const { t } = useRecording();
  const { selection, zoom } = props;
  return (
    <>
      <div class="row wrap">
        <Button size="s" onPress={props.onBegin}>{t("begin_here")}</Button>
        <Button size="s" onPress={props.onEnd}>{t("end_here")}</Button>
        <Button size="s" icon="flag" disabled={!props.canFlag} onPress={props.onChapter}>
          {t("chapter_here")}
        </Button>
        <Button size="s" icon="eye" onPress={props.onPreview}>{t("preview")}</Button>
        <span class="grow" />
        <span class="xs muted recording-keys">{t("keys")}</span>
        <IconButton
          small
          icon="minus"
          label={t("zoom_out")}
          disabled={zoom.value <= 1}
          onPress={() => zoom.onChange(zoom.value / 2)}
        />
        <IconButton
          small
          icon="plus"
          label={t("zoom_in")}
          disabled={zoom.value >= zoom.most}
          onPress={() => zoom.onChange(zoom.value * 2)}
        />
      </div>
      {selection && (
        <div class="recording-stretch" role="group" aria-label={t("stretch")}>
          <span class="num sm grow" role="status">
            {exactStamp(selection.start_s)} – {exactStamp(selection.end_s)}
          </span>
          <Button size="s" icon="play" onPress={props.onHear}>{t("hear")}</Button>
          <Button size="s" icon="plus" disabled={!props.canKeep} onPress={props.onKeep}>
            {t("part_keep")}
          </Button>
          <Button size="s" icon="cut" onPress={props.onCut}>{t("cut_it")}</Button>
          {props.onClip && (
            <Button size="s" icon="wave" onPress={props.onClip}>{t("clip_it")}</Button>
          )}
        </div>
      )}
    </>
  );
}
