/** Settings, one page per topic; those of plugins come last. */

import "../app/first.ts";
import { useApp } from "../app/app.ts";
import { type Topic, Topics } from "../app/topics.tsx";
import { t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { may } from "../world.ts";
import { About } from "./about.tsx";
import { Invitations } from "./invitations.tsx";
import { Look } from "./look.tsx";
import { Notifications } from "./notifications.tsx";
import { OwnData } from "./own_data.tsx";
import { PrivacySettings } from "./privacy.tsx";
import { Profile } from "./profile.tsx";
import { SignIn } from "./sign_in.tsx";
import { VoiceSettings } from "./voice.tsx";

export default function Settings({ topic }: { readonly topic: string }) {
  const { store, socket } = useApp();
  const me = store.me.value;
  const topics: readonly Topic[] = [
    { key: "profile", title: t("set.profile"), icon: "user", View: Profile },
    { key: "signin", title: t("set.signin"), icon: "lock", View: SignIn },
    { key: "privacy", title: t("privacy.title"), icon: "eye", View: PrivacySettings },
    {
      key: "voice",
      title: t("set.voice"),
      detail: t("set.device_only"),
      icon: "mic",
      View: VoiceSettings,
    },
    {
      key: "notifications",
      title: t("notify.title"),
      detail: t("notify.about"),
      icon: "bell",
      View: Notifications,
    },
    { key: "look", title: t("set.look"), detail: t("set.device_only"), icon: "moon", View: Look },
    ...(may(store.world.value, "member.invite")
      ? [
        {
          key: "invitations",
          title: t("set.invitations"),
          icon: "mail",
          View: Invitations,
        } as const,
      ]
      : []),
    { key: "data", title: t("data.title"), icon: "file", View: OwnData },
    { key: "about", title: t("set.about"), icon: "info", View: About },
  ];
  const head = (
    <div class="who">
      <Avatar account={me} size="lg" here={socket.phase.value === "open"} />
      <div class="grow">
        <b class="display trunc">
          <bdi>{me?.display_name}</bdi>
        </b>
        <span class="xs muted">{t("settings")}</span>
      </div>
    </div>
  );
  return <Topics base="settings" label={t("settings")} head={head} topics={topics} topic={topic} />;
}
